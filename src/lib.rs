//! `dossier` turns a drop folder of messy workbooks and scans into judged cases and bound packets.
//!
//! # The street
//!
//! One pass walks one way. Each stage takes the type before it and returns a new one:
//!
//! | stage | in → out |
//! |---|---|
//! | [`intake`] | the inbox → [`intake::Delivery`] (settled, copied, fingerprinted, unpacked) |
//! | [`read`] | [`intake::Delivery`] → [`read::Reading`] (cells with their place, admitted scans) |
//! | [`normalize`] | [`read::Reading`] → [`normalize::Filing`] → [`normalize::Submission`] (the canonical record) |
//! | [`check`] | [`normalize::Submission`] → [`check::Report`] (findings and a decision per applicant) |
//! | [`ledger`] | [`check::Report`] → [`ledger::Case`] (numbered, versioned, remembered) |
//! | [`compose`] | [`ledger::Case`] → [`compose::Document`] (one model of paper) |
//! | [`export`] | [`compose::Document`] → [`export::Artifact`] (PDF, DOCX, XLSX) |
//! | [`bind`] | artifacts and scans → [`bind::Packet`] (the bound booklet) |
//! | [`publish`] | packets and reports → [`publish::Release`] (the outbox) |
//!
//! Below the street lies the ground, which knows no stage: [`text`], [`diag`], [`config`], [`pack`],
//! [`blobs`] and [`wall`]. [`pipeline`] is the only caller of two stages; [`cli`],
//! [`sample`] and [`worker`] are the edge. A test reads the `use crate::` lines and fails on an arrow that runs back.

// ground
pub mod blobs;
pub mod config;
pub mod diag;
pub mod pack;
pub mod text;
pub mod wall;
// the street
pub mod bind;
pub mod check;
pub mod compose;
pub mod export;
pub mod intake;
pub mod ledger;
pub mod normalize;
pub mod publish;
pub mod read;
// the whole street, and the edge
pub mod cli;
pub mod pipeline;
pub mod sample;
pub mod worker;
