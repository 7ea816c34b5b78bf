//! All limits on foreign files, in one table; each can be overridden in `pipeline.toml` `[limits]`.

use serde::{Deserialize, Serialize};

/// Limits on what a foreign file may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Address space of one worker process, in MiB.
    pub address_space_mib: u64,
    /// CPU time of one task, in seconds.
    pub cpu_secs: u64,
    /// Wall time of one task, in seconds.
    pub wall_secs: u64,
    /// Most bytes one worker process may write into one file.
    pub written_bytes: u64,
    /// Largest file that is opened, in bytes.
    pub file_bytes: u64,
    /// Most bytes one archive or office file may inflate to.
    pub unpacked_bytes: u64,
    /// Most bytes one part of an office file may inflate to.
    pub part_bytes: u64,
    /// Most members of one archive.
    pub archive_entries: u64,
    /// Deepest nesting of XML elements.
    pub xml_depth: u32,
    /// Most rows of one sheet.
    pub sheet_rows: u32,
    /// Most columns of one sheet.
    pub sheet_columns: u32,
    /// Most non-empty cells of one workbook.
    pub workbook_cells: u64,
    /// Most characters of one cell.
    pub cell_chars: u64,
    /// Most pixels of one image.
    pub image_pixels: u64,
    /// Longest side of an image, in pixels.
    pub image_side: u32,
    /// Most pages of one PDF or TIFF.
    pub pages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            address_space_mib: 1024,
            cpu_secs: 20,
            wall_secs: 30,
            written_bytes: 1 << 30,
            file_bytes: 500 << 20,
            unpacked_bytes: 500 << 20,
            part_bytes: 100 << 20,
            archive_entries: 5_000,
            xml_depth: 256,
            sheet_rows: 50_000,
            sheet_columns: 4_096,
            workbook_cells: 2_000_000,
            cell_chars: 32_767,
            image_pixels: 60_000_000,
            image_side: 20_000,
            pages: 2_000,
        }
    }
}
