//! Whole files through [`super::parse`].
