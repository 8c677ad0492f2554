//! Reading a page. All are written so that they are XML as well, but for their first line.
#![expect(clippy::unwrap_used, reason = "a test ends where something fails")]

use calls::language::Language;
use roxmltree::{Document, Node};

/// The languages of the pages.
pub(crate) const ALL: [Language; 4] = [Language::En, Language::Fr, Language::Es, Language::De];

/// It ends an attribute and an element, and would be other than it is if it were escaped twice.
pub(crate) const HOSTILE: &str = "\"'></title><script>alert(1)</script>&lt;";

/// The page as a tree.
pub(crate) fn parse(html: &str) -> Document<'_> {
    let (doctype, rest) = html.split_once('\n').unwrap();
    assert_eq!(doctype, "<!doctype html>");
    Document::parse(rest).unwrap_or_else(|error| panic!("{error}: {html}"))
}

/// What a reader sees of an element.
pub(crate) fn text(node: Node<'_, '_>) -> String {
    let texts = node
        .descendants()
        .filter(Node::is_text)
        .filter_map(|node| node.text());
    texts
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// All elements of a name.
pub(crate) fn elements<'a, 'd>(
    document: &'a Document<'d>,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'd>> {
    document
        .descendants()
        .filter(move |node| node.has_tag_name(name))
}

/// That a page is all there is of it: nothing is loaded, and nothing runs.
pub(crate) fn assert_loads_nothing(document: &Document<'_>) {
    for node in document.descendants() {
        let name = node.tag_name().name();
        let loads = ["script", "link", "img", "iframe", "object", "image", "use"];
        assert!(!loads.contains(&name), "{name}");
        let attribute = node
            .attributes()
            .find(|attribute| attribute.name() == "src" || attribute.name().starts_with("on"));
        assert_eq!(attribute, None);
    }
    for style in elements(document, "style") {
        let style = text(style);
        assert!(!style.contains("@import") && !style.contains("url("));
    }
}

/// How often the hostile text is read in a page, in texts and in values of attributes. Wherever it is, it is all there.
pub(crate) fn hostile_texts(document: &Document<'_>) -> usize {
    // In JSON a quote is written with a backslash.
    let whole = HOSTILE.trim_start_matches('"');
    let texts = document.descendants().flat_map(|node| {
        let text = node.text().filter(|_| node.is_text());
        let attributes = node.attributes().map(|attribute| attribute.value());
        text.into_iter().chain(attributes)
    });
    let found = |text: &str| {
        let count = text.matches(whole).count();
        assert_eq!(text.matches("alert(1)").count(), count, "{text}");
        count
    };
    texts.map(found).sum()
}
