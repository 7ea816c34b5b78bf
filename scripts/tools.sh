#!/bin/sh
# Puts the outside programs in place that some tests read results with: qpdf, poppler, LibreOffice,
# and two Python packages (into target/tools/python, nowhere else).
# Where they cannot be installed the tests say that they were skipped.
cd "$(dirname "$0")/.." || exit 1
has() { command -v "$1" >/dev/null 2>&1; }

wanted=""
has qpdf || wanted="$wanted qpdf"
{ has pdftotext && has pdftoppm; } || wanted="$wanted poppler-utils"
has soffice || wanted="$wanted libreoffice-writer-nogui libreoffice-calc-nogui"
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && has apt-get; then
    echo "installing$wanted"
    # shellcheck disable=SC2086 # a list of package names
    (apt-get update -qq && apt-get install -y -qq --no-install-recommends $wanted) >/dev/null 2>&1
fi

packages=target/tools/python
export PYTHONPATH="$packages${PYTHONPATH:+:$PYTHONPATH}"
if has python3 && ! python3 -c 'import openpyxl, docx' 2>/dev/null; then
    python3 -m pip install --quiet --disable-pip-version-check --target "$packages" \
        openpyxl python-docx >/dev/null 2>&1
fi

for tool in qpdf pdftotext pdftoppm soffice python3; do
    has "$tool" || echo "note: $tool is not installed; the tests that use it are skipped"
done
if has python3 && ! python3 -c 'import openpyxl, docx' 2>/dev/null; then
    echo "note: openpyxl and python-docx are not installed; the tests that use them are skipped"
fi
exit 0
