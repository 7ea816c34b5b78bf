# `make run` and `make test` are all a fresh machine needs.
.PHONY: run test bench corpus fuzz fonts tools

CARGO := $(shell command -v cargo 2>/dev/null || echo $(HOME)/.cargo/bin/cargo)

run: fonts
	$(CARGO) build --release
	./target/release/dossier run || test $$? -eq 1
	@echo "Done. Open outbox/*/00-先看这里.html"

test: export PYTHONPATH := $(CURDIR)/target/tools/python:$(PYTHONPATH)
test: fonts tools
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) test
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --document-private-items

bench: fonts
	$(CARGO) bench --bench table

# Foreign files by the thousand against other programs; wants the corpus (see scripts/corpus).
corpus: export PYTHONPATH := $(CURDIR)/target/tools/python:$(PYTHONPATH)
corpus: fonts tools
	$(CARGO) build --release
	python3 -m pip install --quiet --target target/tools/python pillow python-calamine
	python3 scripts/corpus

fuzz:
	@sh scripts/fuzz.sh

fonts:
	@sh scripts/fonts.sh

tools:
	@sh scripts/tools.sh
