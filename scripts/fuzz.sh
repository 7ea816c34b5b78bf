#!/bin/sh
# Fuzzes every parser entry for a while (default one minute each): `make fuzz`, or
# `sh scripts/fuzz.sh 600 pdf docx`. Wants the nightly toolchain; installs cargo-fuzz when missing.
# A find is kept in fuzz/artifacts/<target>/: shrink it (`cargo +nightly fuzz tmin`), put it into
# fuzz/crashes/<target>/, mend the fault; `cargo test` replays that folder for ever.
cd "$(dirname "$0")/.." || exit 1
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=${*:-"table label date id_number docx dialect archive pdf image"}

cargo fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz || exit 1
failed=""
for target in $targets; do
    mkdir -p "fuzz/corpus/$target" "fuzz/seeds/$target" "fuzz/crashes/$target"
    echo "== $target: $seconds s"
    # no sanitizer: the program has no unsafe code, and it is twice as fast without
    cargo +nightly fuzz run --sanitizer none "$target" \
        "fuzz/corpus/$target" "fuzz/seeds/$target" "fuzz/crashes/$target" -- \
        -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        2>"fuzz/corpus/$target.log" || failed="$failed $target"
    grep -aE "number_of_executed_units|new_units_added|panicked|SUMMARY" "fuzz/corpus/$target.log"
done
[ -z "$failed" ] && exit 0
echo "finds in:$failed (see fuzz/artifacts/)"
exit 1
