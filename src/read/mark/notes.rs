//! Comments of a sheet and the boxes they are shown in.

use super::sheet::{Place, parse_place};
use super::xml::{Edits, child, children, escape, parse, prefix};
use crate::read::a1;
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Who writes our comments.
pub(super) const AUTHOR: &str = "材料审核";
/// How our text begins, also inside a comment of somebody else.
pub(super) const MARKER: &str = "【审核】";

/// The comments of one sheet after marking.
pub(super) struct Comments {
    /// The part.
    pub(super) text: String,
    /// Cells that had no comment before.
    pub(super) fresh: BTreeSet<Place>,
    /// Cells whose comment was ours alone and has nothing to say any more.
    pub(super) stale: BTreeSet<Place>,
    /// Cells of which only our part of a comment went.
    pub(super) trimmed: BTreeSet<Place>,
}

/// An empty part.
pub(super) fn empty(namespace: &str) -> String {
    format!("<comments xmlns=\"{namespace}\"><authors/><commentList/></comments>")
}

/// Puts `notes` into a part: what others wrote stays, what we wrote before is written anew.
pub(super) fn comments(text: &str, notes: &BTreeMap<Place, String>) -> Option<Comments> {
    let doc = parse(text)?;
    let root = doc.root_element();
    let (authors, list) = (child(root, "authors")?, child(root, "commentList")?);
    let p = prefix(root, text);
    let names: Vec<&str> = children(authors, "author").map(|a| a.text().unwrap_or("")).collect();
    let own = names.iter().position(|name| *name == AUTHOR);
    let mut edits = Edits::default();
    let mut out = Comments {
        text: String::new(),
        fresh: notes.keys().copied().collect(),
        stale: BTreeSet::new(),
        trimmed: BTreeSet::new(),
    };
    for comment in children(list, "comment") {
        let Some(place) = comment.attribute("ref").and_then(parse_place) else { continue };
        let author = comment.attribute("authorId").and_then(|a| a.parse::<usize>().ok());
        let ours = author.is_some() && author == own;
        let note = notes.get(&place);
        if note.is_some() {
            out.fresh.remove(&place);
        }
        match (ours, note) {
            (true, None) => {
                edits.replace(comment.range(), String::new());
                out.stale.insert(place);
            }
            (true, Some(note)) => edits.replace(comment.range(), write(p, place, author, note)),
            (false, note) => {
                if extend(comment, text, p, note.map(String::as_str), &mut edits) {
                    out.trimmed.insert(place);
                }
            }
        }
    }
    let id = own.unwrap_or(names.len());
    if own.is_none() && !out.fresh.is_empty() {
        edits.append(authors, text, &format!("<{p}author>{AUTHOR}</{p}author>"));
    }
    let new: String = out
        .fresh
        .iter()
        .filter_map(|place| Some(write(p, *place, Some(id), notes.get(place)?)))
        .collect();
    if !new.is_empty() {
        edits.append(list, text, &new);
    }
    out.text = edits.apply(text);
    Some(out)
}

fn write(p: &str, (row, column): Place, author: Option<usize>, note: &str) -> String {
    format!(
        "<{p}comment ref=\"{}\" authorId=\"{}\"><{p}text>{}</{p}text></{p}comment>",
        a1(row, column),
        author.unwrap_or(0),
        run(p, note)
    )
}

fn run(p: &str, text: &str) -> String {
    format!(
        "<{p}r><{p}rPr><{p}sz val=\"9\"/><{p}color indexed=\"81\"/><{p}rFont val=\"宋体\"/></{p}rPr><{p}t xml:space=\"preserve\">{}</{p}t></{p}r>",
        escape(text)
    )
}

/// Adds our text to a comment of somebody else, in the place of what we added before. Says whether
/// our old text went and nothing came instead.
fn extend(
    comment: Node<'_, '_>,
    text: &str,
    p: &str,
    note: Option<&str>,
    edits: &mut Edits,
) -> bool {
    let Some(body) = child(comment, "text") else { return false };
    let mut trimmed = false;
    for old in children(body, "r").filter(is_our_run) {
        edits.replace(old.range(), String::new());
        trimmed = true;
    }
    let Some(note) = note else { return trimmed };
    let new = run(p, &format!("\n{note}"));
    // reading aids stand last
    let aid = body.children().find(|n| matches!(n.tag_name().name(), "rPh" | "phoneticPr"));
    match aid {
        Some(aid) => edits.insert(aid.range().start, new),
        None => edits.append(body, text, &new),
    }
    false
}

fn is_our_run(run: &Node<'_, '_>) -> bool {
    let said = child(*run, "t").and_then(|t| t.text()).unwrap_or("");
    said.trim_start().starts_with(MARKER)
}

/// An empty drawing; `sheet` (from 0) keeps the numbers of its shapes apart from others.
pub(super) fn empty_drawing(sheet: usize, count: usize) -> String {
    let first = sheet * 4 + 1;
    let ids: Vec<String> = (first..=first + count / 1000).map(|n| n.to_string()).collect();
    format!(
        "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><o:shapelayout v:ext=\"edit\"><o:idmap v:ext=\"edit\" data=\"{}\"/></o:shapelayout><v:shapetype id=\"_x0000_t202\" coordsize=\"21600,21600\" o:spt=\"202\" path=\"m,l,21600r21600,l21600,xe\"><v:stroke joinstyle=\"miter\"/><v:path gradientshapeok=\"t\" o:connecttype=\"rect\"/></v:shapetype></xml>",
        ids.join(",")
    )
}

/// Adds a box for each of `fresh` and takes the boxes of `stale` away. Drawings of real workbooks
/// are not always XML, so this looks at the text only.
pub(super) fn drawing(
    text: &str,
    sheet: usize,
    fresh: &BTreeSet<Place>,
    stale: &BTreeSet<Place>,
    notes: &BTreeMap<Place, String>,
) -> Option<String> {
    let text = without(text, stale);
    let (head, tail) = text.rsplit_once("</xml")?;
    let mut out = head.to_owned();
    let first = numbers(head).max().unwrap_or((sheet as u64 * 4 + 1) * 1024) + 1;
    for (number, place) in (first..).zip(fresh) {
        shape(&mut out, number, *place, notes.get(place).map_or("", String::as_str));
    }
    out.push_str("</xml");
    out.push_str(tail);
    Some(out)
}

/// Numbers of the shapes of a drawing.
fn numbers(text: &str) -> impl Iterator<Item = u64> {
    text.split("_x0000_s").skip(1).filter_map(|after| {
        let digits: String = after.chars().take_while(char::is_ascii_digit).take(12).collect();
        digits.parse().ok()
    })
}

/// The drawing without the comment boxes of some cells.
fn without(text: &str, stale: &BTreeSet<Place>) -> String {
    if stale.is_empty() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(from) = rest.find("<v:shape ") {
        let (before, at) = rest.split_at_checked(from).unwrap_or((rest, ""));
        out.push_str(before);
        let end = at.find("</v:shape>").map_or(at.len(), |end| end + "</v:shape>".len());
        let (shape, after) = at.split_at_checked(end).unwrap_or((at, ""));
        let place = anchored(shape, "x:Row").zip(anchored(shape, "x:Column"));
        if !place.is_some_and(|place| stale.contains(&place)) {
            out.push_str(shape);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn anchored(shape: &str, name: &str) -> Option<u32> {
    let (_, after) = shape.split_once(&format!("<{name}>"))?;
    after.split_once('<')?.0.trim().parse().ok()
}

fn shape(out: &mut String, number: u64, (row, column): Place, note: &str) {
    let lines: usize = note.lines().map(|line| line.chars().count() / 19 + 1).sum();
    let lines = u32::try_from(lines).unwrap_or(40).clamp(2, 40);
    let (left, right) = (column + 1, column + 4);
    let bottom = row + lines + 1;
    let _ = write!(
        out,
        "<v:shape id=\"_x0000_s{number}\" type=\"#_x0000_t202\" style=\"position:absolute;margin-left:60pt;margin-top:2pt;width:190pt;height:{}pt;z-index:1;visibility:hidden\" fillcolor=\"#ffffe1\" o:insetmode=\"auto\"><v:fill color2=\"#ffffe1\"/><v:shadow on=\"t\" color=\"black\" obscured=\"t\"/><v:path o:connecttype=\"none\"/><v:textbox style=\"mso-direction-alt:auto\"><div style=\"text-align:left\"></div></v:textbox><x:ClientData ObjectType=\"Note\"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {row}, 2, {right}, 15, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>",
        lines * 13 + 8
    );
}

/// The relations of a part with more added; gives the ids of the added ones.
pub(super) fn relate(
    text: Option<&str>,
    new: &[(String, String)],
) -> Option<(String, Vec<String>)> {
    const NONE: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";
    let text = text.unwrap_or(NONE);
    let doc = parse(text)?;
    let root = doc.root_element();
    let taken: BTreeSet<&str> = root.children().filter_map(|n| n.attribute("Id")).collect();
    let mut free =
        (1u32..).map(|n| format!("rIdMark{n}")).filter(|id| !taken.contains(id.as_str()));
    let p = prefix(root, text);
    let (mut ids, mut xml) = (Vec::new(), String::new());
    for (kind, target) in new {
        let id = free.next()?;
        let _ = write!(
            xml,
            "<{p}Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{}\"/>",
            escape(target)
        );
        ids.push(id);
    }
    let mut edits = Edits::default();
    edits.append(root, text, &xml);
    Some((edits.apply(text), ids))
}

/// Kinds of parts in the list of types.
pub(super) const COMMENTS: &str = "spreadsheetml.comments";
pub(super) const STYLES: &str = "spreadsheetml.styles";
pub(super) const CUSTOM: &str = "custom-properties";

/// `[Content_Types].xml` with these parts named.
pub(super) fn types(text: &str, vml: bool, parts: &[(String, &str)]) -> Option<String> {
    let doc: Document<'_> = parse(text)?;
    let root = doc.root_element();
    let p = prefix(root, text);
    let mut xml = String::new();
    let known = children(root, "Default")
        .any(|d| d.attribute("Extension").is_some_and(|e| e.eq_ignore_ascii_case("vml")));
    let mut edits = Edits::default();
    if vml && !known {
        let new = format!(
            "<{p}Default Extension=\"vml\" ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/>"
        );
        match root.children().find(Node::is_element) {
            Some(first) => edits.insert(first.range().start, new),
            None => xml.push_str(&new),
        }
    }
    for (part, kind) in parts {
        let _ = write!(
            xml,
            "<{p}Override PartName=\"/{}\" ContentType=\"application/vnd.openxmlformats-officedocument.{kind}+xml\"/>",
            escape(part)
        );
    }
    edits.append(root, text, &xml);
    Some(edits.apply(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(list: &[(Place, &str)]) -> BTreeMap<Place, String> {
        list.iter().map(|(place, text)| (*place, (*text).to_owned())).collect()
    }

    const OLD: &str = "<comments xmlns=\"u\"><authors><author>李四</author></authors><commentList><comment ref=\"B2\" authorId=\"0\"><text><t>旧批注</t></text></comment></commentList></comments>";

    #[test]
    fn a_comment_of_the_sender_is_kept_and_extended() {
        let made =
            comments(OLD, &notes(&[((1, 1), "【审核】甲"), ((4, 0), "【审核】<乙>")])).unwrap();
        assert!(made.text.contains("<text><t>旧批注</t><r>"), "{}", made.text);
        assert!(made.text.contains("\n【审核】甲</t></r></text>"), "{}", made.text);
        assert!(made.text.contains("ref=\"A5\" authorId=\"1\""), "{}", made.text);
        assert!(made.text.contains("【审核】&lt;乙&gt;"), "{}", made.text);
        assert_eq!(made.fresh, BTreeSet::from([(4, 0)]));
        assert!(parse(&made.text).is_some());
    }

    #[test]
    fn what_we_wrote_before_is_written_anew() {
        let first =
            comments(OLD, &notes(&[((1, 1), "【审核】甲"), ((4, 0), "【审核】乙")])).unwrap();
        let again = comments(&first.text, &notes(&[((4, 0), "【审核】丙")])).unwrap();
        assert!(!again.text.contains('甲') && !again.text.contains('乙'), "{}", again.text);
        assert!(again.text.contains("旧批注") && again.text.contains('丙'), "{}", again.text);
        assert_eq!(again.trimmed, BTreeSet::from([(1, 1)]));
        let done = comments(&again.text, &notes(&[])).unwrap();
        assert_eq!(done.stale, BTreeSet::from([(4, 0)]));
        assert!(done.text.contains("旧批注") && !done.text.contains('丙'), "{}", done.text);
    }

    #[test]
    fn boxes_come_and_go_with_their_comments() {
        let all = notes(&[((1, 1), "甲"), ((4, 0), "乙")]);
        let places: BTreeSet<Place> = all.keys().copied().collect();
        let none = BTreeSet::new();
        let empty = empty_drawing(0, 2);
        let both = drawing(&empty, 0, &places, &none, &all).unwrap();
        assert!(parse(&both).is_some(), "{both}");
        assert_eq!(both.matches("<v:shape ").count(), 2);
        assert!(both.contains("_x0000_s1025") && both.contains("_x0000_s1026"), "{both}");
        let one = drawing(&both, 0, &none, &BTreeSet::from([(4, 0)]), &all).unwrap();
        assert_eq!(one.matches("<v:shape ").count(), 1);
        assert!(one.contains("<x:Row>1</x:Row>"), "{one}");
    }

    #[test]
    fn relations_get_free_names() {
        let old = "<Relationships xmlns=\"u\"><Relationship Id=\"rIdMark1\"/></Relationships>";
        let (text, ids) = relate(Some(old), &[("k".to_owned(), "../c.xml".to_owned())]).unwrap();
        assert_eq!(ids, ["rIdMark2"]);
        assert!(text.contains("Id=\"rIdMark2\" Type=\"k\" Target=\"../c.xml\""), "{text}");
    }
}
