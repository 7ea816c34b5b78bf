//! A PDF file written front to back: objects go out as they come, only their offsets stay.

use super::tally::Tally;
use crate::blobs::hex;
use lopdf::{Dictionary, Object, Writer as Serialiser, dictionary};
use sha2::Digest;
use std::io::{self, Read, Write};

/// The number of an object in the packet; the generation is always 0.
pub(super) type Id = u32;

/// A reference to an object of the packet.
pub(super) fn reference(id: Id) -> Object {
    Object::Reference((id, 0))
}

/// A name object.
pub(super) fn name(text: &str) -> Object {
    Object::Name(text.as_bytes().to_vec())
}

/// A text string (UTF-16 with mark), which every reader shows right.
pub(super) fn text(value: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(value.encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, lopdf::StringFormat::Hexadecimal)
}

/// The dictionary of a stream, written out but for its length and its end.
pub(super) struct Head(Vec<u8>);

impl Head {
    /// Writes a dictionary out.
    pub(super) fn of(mut dict: Dictionary) -> io::Result<Self> {
        dict.remove(b"Length");
        let mut bytes = Vec::new();
        Serialiser::write_object(&mut bytes, &Object::Dictionary(dict))?;
        if bytes.split_off(bytes.len().saturating_sub(2)) != b">>" {
            return Err(io::Error::other("a dictionary without an end"));
        }
        Ok(Self(bytes))
    }
}

/// What was written.
pub(super) struct Written {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// The writer.
pub(super) struct PdfWriter<W: Write> {
    out: Tally<W>,
    /// Offset of each object; index 0 is the free head. `None`: reserved, not yet written.
    offsets: Vec<Option<u64>>,
}

impl<W: Write> PdfWriter<W> {
    pub(super) fn new(inner: W) -> io::Result<Self> {
        let mut out = Tally::new(inner);
        out.write_all(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")?;
        Ok(Self { out, offsets: vec![None] })
    }

    /// Takes the next object number.
    pub(super) fn reserve(&mut self) -> Id {
        self.offsets.push(None);
        u32::try_from(self.offsets.len() - 1).unwrap_or(u32::MAX)
    }

    fn begin(&mut self, id: Id) -> io::Result<()> {
        let offset = self.out.bytes();
        match self.offsets.get_mut(id as usize) {
            Some(slot @ None) => *slot = Some(offset),
            Some(Some(_)) | None => return Err(io::Error::other("object written twice")),
        }
        writeln!(self.out, "{id} 0 obj")
    }

    /// Writes an object under a reserved number.
    pub(super) fn put(&mut self, id: Id, object: &Object) -> io::Result<()> {
        self.begin(id)?;
        Serialiser::write_object(&mut self.out, object)?;
        self.out.write_all(b"\nendobj\n")
    }

    /// Writes an object and returns its number.
    pub(super) fn add(&mut self, object: &Object) -> io::Result<Id> {
        let id = self.reserve();
        self.put(id, object)?;
        Ok(id)
    }

    /// Writes a stream of exactly `length` bytes copied from `body`.
    pub(super) fn add_copy(
        &mut self,
        dict: Dictionary,
        length: u64,
        body: &mut dyn Read,
    ) -> io::Result<Id> {
        let id = self.reserve();
        self.put_copy(id, dict, length, body)?;
        Ok(id)
    }

    fn put_copy(
        &mut self,
        id: Id,
        dict: Dictionary,
        length: u64,
        body: &mut dyn Read,
    ) -> io::Result<()> {
        let head = Head::of(dict)?;
        self.put_under(id, &head, length, body)
    }

    /// Writes a stream of bytes in memory under a dictionary that others have too.
    pub(super) fn add_under(&mut self, head: &Head, bytes: &[u8]) -> io::Result<Id> {
        let id = self.reserve();
        self.put_under(id, head, bytes.len() as u64, &mut &bytes[..])?;
        Ok(id)
    }

    fn put_under(
        &mut self,
        id: Id,
        head: &Head,
        length: u64,
        body: &mut dyn Read,
    ) -> io::Result<()> {
        self.begin(id)?;
        self.out.write_all(&head.0)?;
        write!(self.out, "/Length {length}>>\nstream\n")?;
        if self.out.take(body, length)? != length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "source is shorter than said",
            ));
        }
        self.out.write_all(b"\nendstream\nendobj\n")
    }

    /// Writes a stream of bytes in memory as they are under a reserved number.
    pub(super) fn put_stream(&mut self, id: Id, dict: Dictionary, bytes: &[u8]) -> io::Result<()> {
        self.put_copy(id, dict, bytes.len() as u64, &mut &bytes[..])
    }

    /// Writes a stream of bytes in memory as they are.
    pub(super) fn add_stream(&mut self, dict: Dictionary, bytes: &[u8]) -> io::Result<Id> {
        self.add_copy(dict, bytes.len() as u64, &mut &bytes[..])
    }

    /// Writes a stream of bytes in memory, deflated.
    pub(super) fn add_deflated(&mut self, mut dict: Dictionary, bytes: &[u8]) -> io::Result<Id> {
        dict.set("Filter", name("FlateDecode"));
        self.add_stream(dict, &deflate(bytes)?)
    }

    /// Writes the table of offsets and the trailer. The identifier comes from the content, so the
    /// same packet has the same bytes.
    pub(super) fn finish(mut self, root: Id, info: Id) -> io::Result<Written> {
        let start = self.out.bytes();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len());
        for offset in self.offsets.iter().skip(1) {
            let offset = offset.ok_or_else(|| io::Error::other("reserved object not written"))?;
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        let hash = self.out.hash()?.finalize();
        let id = Object::String(
            hash.iter().take(16).copied().collect(),
            lopdf::StringFormat::Hexadecimal,
        );
        let trailer = dictionary! {
            "Size" => i64::try_from(self.offsets.len()).map_err(io::Error::other)?,
            "Root" => reference(root),
            "Info" => reference(info),
            "ID" => vec![id.clone(), id],
        };
        self.out.write_all(table.as_bytes())?;
        self.out.write_all(b"trailer\n")?;
        Serialiser::write_object(&mut self.out, &Object::Dictionary(trailer))?;
        write!(self.out, "\nstartxref\n{start}\n%%EOF\n")?;
        self.out.flush()?;
        let sha256 = hex(&self.out.hash()?.finalize());
        Ok(Written { sha256, bytes: self.out.bytes() })
    }
}

/// Deflates with the zlib frame PDF wants.
pub(super) fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}
