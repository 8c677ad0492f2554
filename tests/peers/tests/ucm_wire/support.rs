use std::time::Duration;

use chrono::{DateTime, Utc};
use peers::ucm::Ucm;
use serde_json::{Value, json};

/// 2024-05-30 14:00 in Paris.
pub(crate) fn noon() -> DateTime<Utc> {
    "2024-05-30T12:00:00Z".parse().expect("a moment")
}

/// An answer: HTTP status, headers of interest, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Nothing that is answered at all takes longer, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .build()
        .into()
}

/// Sends `{"request":…}` to `/api`.
pub(crate) async fn try_post(url: &str, request: Value) -> Result<Answer, ureq::Error> {
    let url = format!("{url}/api");
    run(move || {
        let body = json!({ "request": request }).to_string();
        read(
            agent()
                .post(&url)
                .content_type("application/json")
                .send(&body)?,
        )
    })
    .await
}

pub(crate) async fn post(ucm: &Ucm, request: Value) -> Answer {
    try_post(&ucm.url(), request).await.expect("an answer")
}

/// Fetches a path, with these headers.
pub(crate) async fn get(ucm: &Ucm, path: &str, headers: &[(&str, &str)]) -> Answer {
    let url = format!("{}{path}", ucm.url());
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    run(move || {
        let mut request = agent().get(&url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        read(request.call()?)
    })
    .await
    .expect("an answer")
}

pub(crate) fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_vec()?;
    Ok(Answer {
        status,
        headers,
        body,
    })
}

pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .expect("the client does not panic")
}

pub(crate) fn token(challenge: &str, password: &str) -> String {
    use md5::Digest;
    let digest = md5::Md5::digest(format!("{challenge}{password}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Logs in, and gives the cookie.
pub(crate) async fn login(ucm: &Ucm) -> String {
    let answer = login_with(ucm, ucm.password()).await;
    answer["response"]["cookie"]
        .as_str()
        .expect("a cookie")
        .to_owned()
}

pub(crate) async fn login_with(ucm: &Ucm, password: &str) -> Value {
    let user = ucm.username();
    let challenge = post(
        ucm,
        json!({"action": "challenge", "user": user, "version": "1.0"}),
    )
    .await;
    let challenge = challenge.json()["response"]["challenge"]
        .as_str()
        .expect("a challenge")
        .to_owned();
    let token = token(&challenge, password);
    post(
        ucm,
        json!({"action": "login", "user": user, "token": token}),
    )
    .await
    .json()
}

/// Calls an action with a session.
pub(crate) async fn act(ucm: &Ucm, cookie: &str, mut request: Value) -> Answer {
    request["cookie"] = cookie.into();
    post(ucm, request).await
}

/// The items of a `cdrapi` answer in JSON.
pub(crate) async fn cdr(ucm: &Ucm, cookie: &str, arguments: Value) -> Vec<Value> {
    let mut request = json!({"action": "cdrapi", "format": "json"});
    for (name, value) in arguments.as_object().expect("arguments") {
        request[name] = value.clone();
    }
    let answer = act(ucm, cookie, request).await.json();
    answer["cdr_root"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .clone()
}

/// The legs of items, in order.
pub(crate) fn legs(items: &[Value]) -> Vec<Value> {
    let mut legs = Vec::new();
    for item in items {
        match item.get("main_cdr") {
            None => legs.push(item.clone()),
            Some(_) => legs.extend(
                (1..)
                    .map_while(|n| item.get(format!("sub_cdr_{n}")))
                    .cloned(),
            ),
        }
    }
    legs
}

/// A device at [`noon`] on which nobody has telephoned.
pub(crate) async fn quiet() -> Ucm {
    Ucm::builder().now(noon()).start().await.expect("it starts")
}

/// A device at [`noon`] with this traffic before.
pub(crate) async fn with_traffic(traffic: peers::ucm::Traffic) -> Ucm {
    Ucm::builder()
        .now(noon())
        .traffic(traffic)
        .start()
        .await
        .expect("it starts")
}

/// A call begins at [`noon`], and five minutes pass.
pub(crate) fn add(ucm: &Ucm, scenario: peers::ucm::Scenario) {
    ucm.add_call(&peers::ucm::Call::new(scenario, noon()));
    ucm.advance(std::time::Duration::from_secs(300));
}

/// Asks for a call, or for anything else with a status, and gives that.
pub(crate) async fn status(ucm: &Ucm, cookie: &str, request: Value) -> i64 {
    let answer = act(ucm, cookie, request).await.json();
    answer["status"].as_i64().expect("a status")
}

/// The rows of a listing.
pub(crate) async fn rows(ucm: &Ucm, cookie: &str, request: Value, name: &str) -> Vec<Value> {
    let answer = act(ucm, cookie, request).await.json();
    let rows = answer["response"][name].as_array();
    rows.unwrap_or_else(|| panic!("{answer}")).clone()
}

/// An order that connects 1002 with a number outside.
pub(crate) fn order() -> Value {
    json!({"action": "dialOutbound", "caller": "1002", "outbound": "0199000077"})
}

/// Waits, within bounds, until it is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let became_so = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    became_so.expect("it becomes so");
}

/// So many seconds pass.
pub(crate) fn pass(ucm: &Ucm, secs: u64) {
    ucm.advance(Duration::from_secs(secs));
}
