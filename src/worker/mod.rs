//! The re-executed child that touches foreign bytes.
