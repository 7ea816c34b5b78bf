#!/bin/sh
# Puts the outside programs in place that some tests read results with (qpdf, poppler).
# Where they cannot be installed the tests say that they were skipped.
missing=""
for tool in qpdf pdftotext pdftoppm; do
    command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    (apt-get update -qq && apt-get install -y -qq qpdf poppler-utils) >/dev/null 2>&1
fi
for tool in $missing; do
    command -v "$tool" >/dev/null 2>&1 || echo "note: $tool is not installed; the tests that use it are skipped"
done
exit 0
