#!/bin/sh
# Fill fonts/ (never committed) with the free faces the forms are set in, taken from the
# distribution's own packages. Safe to run again; fetches only what is missing.
set -eu

cd "$(dirname "$0")/.."
dest=fonts
noto="NotoSerifCJK-Regular.ttc NotoSerifCJK-Bold.ttc NotoSansCJK-Regular.ttc"
fandol="FandolFang-Regular.otf FandolKai-Regular.otf"

stop() {
    echo "fonts: $1" >&2
    exit 1
}

missing() {
    for name in "$@"; do
        [ -s "$dest/$name" ] || return 0
    done
    return 1
}

# shellcheck disable=SC2086  # the lists are meant to be split
if ! missing $noto $fandol; then
    echo "fonts: complete in $dest/"
    exit 0
fi

command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 ||
    stop "no apt-get here; copy $noto $fandol into $dest/ by hand"

mkdir -p "$dest"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
chmod 755 "$work"

# take PACKAGE FILE...: unpack a package (never installed) and copy the named files.
take() {
    package=$1
    shift
    if ! (cd "$work" && apt-get download -q "$package" >"$work/log" 2>&1); then
        if [ "$(id -u)" = 0 ]; then
            apt-get update -q >"$work/log" 2>&1 || true
        fi
        (cd "$work" && apt-get download -q "$package" >"$work/log" 2>&1) ||
            stop "cannot download package $package; put $* into $dest/ by hand"
    fi
    dpkg -x "$work/${package}"_*.deb "$work/$package" || stop "cannot unpack package $package"
    for name in "$@"; do
        found=$(find "$work/$package" -type f -name "$name" | head -n 1)
        [ -n "$found" ] || stop "package $package has no $name"
        cp "$found" "$dest/$name.part"
        mv "$dest/$name.part" "$dest/$name"
    done
    rm -rf "${work:?}/$package"
}

# shellcheck disable=SC2086
if missing $noto; then take fonts-noto-cjk $noto; fi
# shellcheck disable=SC2086
if missing $fandol; then take texlive-lang-chinese $fandol; fi
echo "fonts: complete in $dest/"
