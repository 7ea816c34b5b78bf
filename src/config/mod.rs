//! Options as the office writes them in `pipeline.toml`, and settings as the program uses them.
