//! The extensions of a device, and what their telephones are doing.

use ucm_client::{Answer, Dialect, Operation, Phone, PhoneState, Phones, Step, UcmError};

use super::{body, json_body, new_client, noon, run, warm_client};

#[test]
fn a_page_of_extensions_says_what_their_phones_are_doing() {
    let rows = br#"{"response":{"account":[
        {"extension":"1001","status":"Idle","addr":"192.0.2.5:5060 (GXP1615)","fullname":"A"},
        {"extension":"1002","status":"InUse","addr":"192.0.2.6:5060"},
        {"extension":"1003","status":"Ringing","addr":"192.0.2.7:5060"},
        {"extension":"1004","status":"Unavailable","addr":"-"},
        {"extension":"1005","status":"Idle","addr":"-"},
        {"extension":"1006","status":"On Hold","addr":"192.0.2.8:5060"},
        {"extension":"","status":"Idle","addr":"-"}
    ],"total_item":7,"total_page":2,"page":1},"status":0}"#;
    let asked = Operation::Phones { page: 1 };
    let outcome = run(&mut warm_client(), noon(), asked, vec![body(200, rows)]);
    let request = &json_body(&outcome.requests[0])["request"];
    assert_eq!(
        (&request["action"], &request["page"]),
        (&"listAccount".into(), &"1".into())
    );
    use PhoneState::{Away, Engaged, Idle, Unknown};
    let states = [Idle, Engaged, Engaged, Away, Away, Unknown];
    let phones = (1001..).zip(states).map(|(extension, state)| Phone {
        extension: extension.to_string(),
        state,
    });
    let expected = Phones {
        phones: phones.collect(),
        pages: Some(2),
    };
    assert_eq!(outcome.result, Ok(Answer::Phones(expected)));
}

#[test]
fn an_answer_without_extensions_is_none() {
    let asked = Operation::Phones { page: 1 };
    let empty = body(200, br#"{"response":{"need_apply":"no"},"status":0}"#);
    let error = run(&mut warm_client(), noon(), asked, vec![empty]).error();
    assert!(matches!(error, UcmError::Protocol(_)), "{error:?}");
    let mut client = new_client(Dialect::Legacy);
    client.begin(Operation::Phones { page: 1 });
    let step = client.poll(noon());
    assert!(
        matches!(step, Step::Done(Err(UcmError::Unsupported { .. }))),
        "{step:?}"
    );
}
