//! What a clerk is told of a file that ended its child.

use super::Death;
use crate::diag::{Finding, Origin};
use crate::text::byte_words;

impl Death {
    /// The finding for the file at `path`; every limit is named.
    pub fn obituary(&self, path: &str, sha256: &str) -> Finding {
        let code = match self {
            Self::Crashed(_) => "IN-107",
            Self::TimedOut(_) => "IN-108",
            Self::OutOfMemory(_) | Self::WroteTooMuch(_) => "IN-105",
            Self::System(_) => "SY-101",
        };
        let finding = Finding::new(code, Origin::file(path));
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let finding = match self {
            Self::Crashed(_) => finding.arg("file", name),
            Self::TimedOut(secs) => finding.arg("file", name).arg("limit", format!("{secs} 秒")),
            Self::OutOfMemory(mib) => {
                finding.arg("file", name).arg("limit", format!("读取内存 {mib} MB"))
            }
            Self::WroteTooMuch(bytes) => {
                finding.arg("file", name).arg("limit", format!("写出 {}", byte_words(*bytes)))
            }
            Self::System(_) => {
                let id: String = sha256.chars().take(12).collect();
                finding.arg("id", id)
            }
        };
        finding.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_is_named() {
        let told = |death: Death| death.obituary("张三/表.xlsx", "ab").message;
        assert!(told(Death::TimedOut(30)).contains("30 秒"));
        assert!(told(Death::OutOfMemory(1024)).contains("内存 1024 MB"));
        assert!(told(Death::WroteTooMuch(1 << 30)).contains("写出 1024 MB"));
        for death in [Death::Crashed("x.rs:1".to_owned()), Death::System("x".to_owned())] {
            let finding = death.obituary("张三/表.xlsx", "ab");
            assert!(!finding.message.contains('—'), "{}", finding.message);
            assert!(!finding.message.contains("x.rs"), "{}", finding.message);
        }
    }
}
