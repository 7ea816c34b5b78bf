//! docs/coverage.md
