//! CDR items as JSON, CSV and XML.

use chrono_tz::Tz;

use super::leg::{Field, FieldSet, Leg};

/// How items look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) field_set: FieldSet,
    pub(crate) empty_cdr: bool,
    pub(crate) zone: Tz,
}

/// A leg, and whether its recordings are listed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) leg: &'a Leg,
    pub(crate) recordfiles: bool,
}

impl<'a> Shown<'a> {
    fn fields(self, look: Look) -> Vec<Field<'a>> {
        self.leg.fields(look.field_set, look.zone, self.recordfiles)
    }
}

/// One top-level item: flat for one leg, a group for more. `head` is the leg that the summary is made from, which is the
/// first leg unless the device mixes its groups up.
pub(crate) fn item_json(head: &Leg, legs: &[Shown<'_>], look: Look) -> String {
    let mut out = String::with_capacity(1_200 * (legs.len() + 1));
    out.push_str("{\"cdr\":");
    quote(if look.empty_cdr { "" } else { &head.session }, &mut out);
    if let [only] = legs {
        out.push(',');
        members(&only.fields(look), &mut out);
        out.push('}');
        return out;
    }
    out.push_str(",\"main_cdr\":{");
    members(&summary(head, legs, look), &mut out);
    for (n, leg) in legs.iter().enumerate() {
        out.push_str(&format!("}},\"sub_cdr_{}\":{{", n + 1));
        members(&leg.fields(look), &mut out);
    }
    out.push_str("}}");
    out
}

/// One leg alone, as it is pushed.
pub(crate) fn leg_json(leg: Shown<'_>, look: Look) -> String {
    let mut out = String::with_capacity(1_200);
    out.push('{');
    members(&leg.fields(look), &mut out);
    out.push('}');
    out
}

/// `main_cdr`: who, whom, when, the sums, and nothing else.
fn summary<'a>(head: &'a Leg, legs: &[Shown<'a>], look: Look) -> Vec<Field<'a>> {
    let sum = |of: fn(&Leg) -> i64| -> String {
        legs.iter()
            .map(|shown| of(shown.leg))
            .sum::<i64>()
            .to_string()
    };
    let mut fields = head.fields(look.field_set, look.zone, false);
    for (name, text) in &mut fields {
        match *name {
            "src" | "dst" | "start" | "session" | "action_type" => {}
            "duration" => *text = sum(|leg| leg.duration_secs).into(),
            "billsec" => *text = sum(|leg| leg.billsec_secs).into(),
            _ => *text = "".into(),
        }
    }
    fields
}

fn members(fields: &[Field<'_>], out: &mut String) {
    for (n, (name, text)) in fields.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        quote(text, out);
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A header row, then one row a leg; groups are not told apart.
pub(crate) fn csv(legs: &[Shown<'_>], look: Look, header: &[&'static str]) -> String {
    let mut out = header.join(",");
    out.push_str("\r\n");
    for leg in legs {
        let row: Vec<String> = leg
            .fields(look)
            .iter()
            .map(|(_, text)| cell(text))
            .collect();
        out.push_str(&row.join(","));
        out.push_str("\r\n");
    }
    out
}

pub(crate) fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// `<cdr_root><cdr>…</cdr></cdr_root>`, one `cdr` a leg.
pub(crate) fn xml(legs: &[Shown<'_>], look: Look) -> String {
    let rows: String = legs.iter().map(|leg| leg_xml(*leg, look)).collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<cdr_root>{rows}</cdr_root>\n")
}

/// One leg as `<cdr>…</cdr>`.
pub(crate) fn leg_xml(leg: Shown<'_>, look: Look) -> String {
    let mut out = String::from("<cdr>");
    for (name, text) in leg.fields(look) {
        out.push_str(&format!("<{name}>{}</{name}>", escape(&text)));
    }
    out.push_str("</cdr>");
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
