//! The same statistics as a page and as files.

use super::access::{link, office};
use super::*;

/// Status, media type, name of the file, and the answer itself.
async fn get(rig: &Rig, path: &str, accept: &str) -> (u16, String, String, Bytes) {
    let request = http::Request::builder()
        .uri(format!("http://localhost{path}"))
        .header("accept", accept)
        .header("accept-language", "fr");
    let answer = rig.send(request.body(Bytes::new()).unwrap()).await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let (media_type, file) = (header("content-type"), header("content-disposition"));
    let status = answer.status().as_u16();
    (status, media_type, file, answer.into_body())
}

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_a_page_whose_links_and_form_lead_on() {
    let rig = office().await;
    let link = link("stats-lyon", "", now() + TimeDelta::days(1));
    let period = "from=2026-11-01&to=2026-11-05";
    let (status, media_type, _, html) =
        get(&rig, &format!("/stats?{link}&{period}"), BROWSER).await;
    let html = String::from_utf8(html.to_vec()).unwrap();
    assert_eq!(
        (status, media_type.as_str()),
        (200, "text/html; charset=utf-8")
    );
    assert!(
        html.contains("<html lang=\"fr\">") && html.contains(CALLER),
        "{html}"
    );
    // Only the server that the link shows is offered.
    assert!(html.contains("stats-lyon") && !html.contains("stats-paris"));
    let address = |from: &str| {
        let (_, rest) = html.split_once(&format!("href=\"{from}")).unwrap();
        let (rest, _) = rest.split_once('"').unwrap();
        format!("{from}{rest}")
            .replace("&amp;", "&")
            .replace("&#38;", "&")
    };
    for (from, media_type) in [
        ("/stats.csv", "text/csv; charset=utf-8"),
        ("/stats.xlsx", XLSX),
        ("/stats.pdf", "application/pdf"),
        ("/stats?", "text/html; charset=utf-8"),
    ] {
        let (status, answered, ..) = get(&rig, &address(from), BROWSER).await;
        assert_eq!((status, answered.as_str()), (200, media_type), "{from}");
    }
    let mut sent = url::form_urlencoded::Serializer::new(String::new());
    let named = |input: &str, attribute: &str| {
        let (_, rest) = input.split_once(&format!("{attribute}=\""))?;
        Some(rest.split_once('"')?.0.to_owned())
    };
    for input in html.split("<input ").skip(1) {
        let value = named(input, " value").unwrap_or_default();
        sent.append_pair(&named(input, "name").unwrap(), &value);
    }
    let sent = sent.finish();
    assert!(
        sent.contains("signature=") && sent.contains("from=2026-11-01"),
        "{sent}"
    );
    let (status, ..) = get(&rig, &format!("/stats?{sent}"), BROWSER).await;
    assert_eq!(status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_chosen_by_its_ending_or_by_what_is_accepted() {
    let rig = office().await;
    let link = link("", "", now() + TimeDelta::days(1));
    for (ending, accept, begins) in [
        ("csv", "text/csv", &b"\xef\xbb\xbf"[..]),
        ("xlsx", XLSX, &b"PK"[..]),
        ("pdf", "application/pdf", &b"%PDF-"[..]),
    ] {
        let by_ending = format!("/stats.{ending}?{link}&from=2026-11-01&to=2026-11-05");
        let (status, media_type, file, content) = get(&rig, &by_ending, BROWSER).await;
        assert_eq!(status, 200, "{ending}");
        assert!(media_type.starts_with(accept), "{media_type}");
        assert_eq!(
            file,
            format!("attachment; filename=\"calls-2026-11-01-2026-11-05.{ending}\"")
        );
        assert!(content.starts_with(begins), "{ending}");
        let by_header = by_ending.replace(&format!(".{ending}?"), "?");
        let (status, media_type, ..) = get(&rig, &by_header, accept).await;
        assert_eq!(status, 200);
        assert!(media_type.starts_with(accept), "{media_type}");
    }
    let contact = &rig.journal.contacts(CALLER).await.unwrap()[0]["id"];
    let of_one = format!("/stats/contacts/{contact}.csv?{link}");
    assert_eq!(get(&rig, &of_one, "*/*").await.0, 200);
    let program = get(&rig, &format!("/stats?{link}"), "*/*").await;
    assert_eq!((program.0, program.1.as_str()), (200, "application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_in_their_language_why_a_link_opens_nothing() {
    let rig = office().await;
    let past = link("", "", now() - TimeDelta::seconds(1));
    for (query, status, said) in [
        (past.as_str(), 410, "Ce lien a expir\u{e9}"),
        ("signature=A&expires=1", 403, "Ce lien ne montre pas cela"),
    ] {
        let (answered, media_type, _, html) = get(&rig, &format!("/stats?{query}"), BROWSER).await;
        assert_eq!(
            (answered, media_type.as_str()),
            (status, "text/html; charset=utf-8")
        );
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(html.contains(said), "{html}");
    }
}
