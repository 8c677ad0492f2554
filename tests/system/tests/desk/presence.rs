//! Who is on the phone: for colleagues with the right to see it, where it is switched on, and only as long as the phone's word is good for it.

use peers::phones::Caller;
use serde_json::{Value, json};
use system::Journal;

use super::{NUMBER, Office};

/// An office that shows it, and a colleague who may see it.
async fn open(journal: Journal) -> (Office, Journal) {
    let office = Office::with(journal, json!({ "presence": true })).await;
    let reader = colleague(&office, &["base.group_user", "ucm_odoo.group_presence"]).await;
    (office, reader)
}

async fn colleague(office: &Office, groups: &[&str]) -> Journal {
    office.journal().person(groups, &[1]).await.unwrap()
}

/// What `reader` sees of a user: whether they are on the phone, and whether their phone has fallen silent; on the contact, and in the list of extensions.
async fn seen(office: &Office, reader: &Journal, of: &Journal) -> [(bool, bool); 2] {
    let user = json!([["id", "=", of.user()]]);
    let partner = office.journal().records("res.users", user, &["partner_id"]);
    let partner = partner.await.unwrap()[0]["partner_id"][0].clone();
    let fields = ["x_ucm_on_phone_since", "x_ucm_phone_heard_at"];
    let contact = json!([["id", "=", partner]]);
    let contact = reader.records("res.partner", contact, &fields).await;
    let own = json!([["x_user_id", "=", of.user()]]);
    let extension = reader.records(
        "x_ucm_extension",
        own,
        &["x_on_phone_since", "x_phone_heard_at"],
    );
    let (contact, extension) = (contact.unwrap(), extension.await.unwrap());
    let is = |value: &Value| value.is_string();
    let pair = |row: &Value, since: &str, heard: &str| (is(&row[since]), is(&row[heard]));
    [
        pair(&contact[0], fields[0], fields[1]),
        pair(&extension[0], "x_on_phone_since", "x_phone_heard_at"),
    ]
}

const ON: [(bool, bool); 2] = [(true, false); 2];
const SILENT: [(bool, bool); 2] = [(false, true); 2];
const NOTHING: [(bool, bool); 2] = [(false, false); 2];

/// Has the last ring be answered, or dialled, so many minutes earlier. Nobody may write rings, but a program of an administrator can.
pub(crate) async fn age(office: &Office, minutes: i64) {
    let ring = office.rings().await.pop().unwrap();
    let id = ring["id"].as_i64().unwrap();
    let fields = ["x_started_at", "x_answered_at"];
    if office.journal().is_real() {
        let code = format!(
            "ring = env['x_ucm_ring'].browse({id}).sudo()\nearlier = datetime.timedelta(minutes={minutes})\nring.write({{\
             'x_started_at': ring.x_started_at - earlier, 'x_answered_at': ring.x_answered_at and ring.x_answered_at - earlier}})"
        );
        _ = office.journal().program(&code).await.unwrap();
        return;
    }
    let rows = office
        .journal()
        .records("x_ucm_ring", json!([["id", "=", id]]), &fields);
    let row = rows.await.unwrap().remove(0);
    for field in fields {
        let Some(at) = row[field].as_str() else {
            continue;
        };
        let at = chrono_clock::NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S").unwrap();
        let at = (at - chrono_clock::TimeDelta::minutes(minutes)).to_string();
        let odoo = office.journal().handle();
        odoo.write("x_ucm_ring", id, &json!({ field: at })).unwrap();
    }
}

async fn close(office: Office, readers: &[&Journal]) {
    let users: Vec<i64> = readers.iter().map(|reader| reader.user()).collect();
    office.journal().dismiss(&users).await.unwrap();
    office.close(&[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_the_phone_is_seen_by_who_may_see_it() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let (mut office, reader) = open(journal).await;
        let other = colleague(&office, &["base.group_user"]).await;
        let mut ring = office
            .fleet
            .ring(&["1001", "1002"], &Caller::number(NUMBER));
        office.send(&ring.incoming()).await;
        assert_eq!(
            seen(&office, &reader, &office.ana).await,
            NOTHING,
            "it rings"
        );
        let answered = ring.answered_by("1001");
        office.send(&answered).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, ON);
        assert_eq!(seen(&office, &reader, &office.ben).await, NOTHING, "missed");
        // Not by being at work here, nor by being an administrator, nor on one's own phone.
        for without in [&other, office.journal(), &office.ana] {
            assert_eq!(seen(&office, without, &office.ana).await, NOTHING);
        }
        office.send(&ring.hung_up()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
        close(office, &[&reader, &other]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_calls_is_on_the_phone_and_nobody_sees_with_whom() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let (mut office, reader) = open(journal).await;
        let mut call = office.fleet.dial("1001", &Caller::number(NUMBER));
        office.send(&call.outgoing()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, ON);
        let answered = call.answered_by("1001");
        office.send(&answered).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, ON);
        let ring = &office.rings().await[0];
        let with_whom = ["x_caller", "x_number", "x_match", "x_partner_id"];
        assert!(
            with_whom.iter().all(|field| ring[*field] == json!(false)),
            "{ring}"
        );
        // No card is shown of it.
        assert_eq!(office.heard(&office.ana).await, [json!(null); 0]);
        office.send(&call.hung_up()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
        let mut vain = office.fleet.dial("1001", &Caller::number(NUMBER));
        office.send(&vain.outgoing()).await;
        office.send(&vain.not_reached()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
        close(office, &[&reader]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waits_leaves_the_one_that_goes_on() {
    for series in [17, 19] {
        let (mut office, reader) = open(Journal::simulated(series).await.unwrap()).await;
        let mut first = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        office.send(&first.incoming()).await;
        let answered = first.answered_by("1001");
        office.send(&answered).await;
        let mut second = office.fleet.ring(&["1001"], &Caller::withheld());
        office.send(&second.incoming()).await;
        office.send(&second.given_up()).await;
        assert_eq!(
            seen(&office, &reader, &office.ana).await,
            ON,
            "the second was missed"
        );
        let mut own = office.fleet.dial("1001", &Caller::number("0199000078"));
        office.send(&own.outgoing()).await;
        office.send(&own.not_reached()).await;
        assert_eq!(
            seen(&office, &reader, &office.ana).await,
            ON,
            "the third is over"
        );
        office.send(&first.hung_up()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_passed_on_is_on_the_other_phone() {
    let (mut office, reader) = open(Journal::simulated(19).await.unwrap()).await;
    let ben = office.fleet.phone("1002").clone();
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    let answered = ring.answered_by("1001");
    office.send(&answered).await;
    let passed = ring.transferred_blindly(&ben);
    office.send(&passed).await;
    assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
    let answered = ring.answered_by("1002");
    office.send(&answered).await;
    assert_eq!(seen(&office, &reader, &office.ben).await, ON);
    // Ben asks nobody's phone first, and passes it on.
    let third = office.fleet.phone("1003").clone();
    let passed = ring.transferred_after_asking(&third);
    office.send(&passed).await;
    for person in [&office.ana, &office.ben] {
        assert_eq!(seen(&office, &reader, person).await, NOTHING);
    }
}

/// A phone that is unplugged says nothing more: then it is not said that somebody is on the phone, but when it was last heard of.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_falls_silent_is_not_believed_for_ever() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let (mut office, reader) = open(journal).await;
        let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
        office.send(&ring.incoming()).await;
        let answered = ring.answered_by("1001");
        office.send(&answered).await;
        age(&office, 59).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, ON);
        age(&office, 2).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, SILENT);
        // It is heard of again: what it said before is not of now.
        let mut next = office.fleet.dial("1001", &Caller::number(NUMBER));
        office.send(&next.outgoing()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, ON);
        // Nobody's phone rings for so long without being taken.
        age(&office, 4).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, SILENT);
        office.send(&next.not_reached()).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
        close(office, &[&reader]).await;
    }
}

/// Whatever order the phone's words come in, and however often, nobody is on the phone whose call is over.
#[tokio::test(flavor = "multi_thread")]
async fn what_overtakes_puts_nobody_back_on_the_phone() {
    let (mut office, reader) = open(Journal::simulated(19).await.unwrap()).await;
    let mut call = office.fleet.dial("1001", &Caller::number(NUMBER));
    let outgoing = call.outgoing();
    let answered = call.answered_by("1001");
    let over = call.hung_up();
    for heard in [&over, &outgoing, &answered, &outgoing] {
        office.send(heard).await;
        assert_eq!(seen(&office, &reader, &office.ana).await, NOTHING);
    }
    assert_eq!(office.rings().await.len(), 1);
}

/// Several people at one extension: it is known that somebody speaks there, and not who.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_phone_that_is_shared_nobody_knows_who_speaks() {
    for journal in Journal::of_every_kind().await.unwrap() {
        let (mut office, reader) = open(journal).await;
        let row = json!({ "x_name": "1001", "x_server": "bordeaux", "x_user_id": reader.user() });
        office
            .journal()
            .create("x_ucm_extension", row)
            .await
            .unwrap();
        let mut call = office.fleet.dial("1001", &Caller::number(NUMBER));
        office.send(&call.outgoing()).await;
        assert_eq!(
            seen(&office, &reader, &office.ana).await,
            [NOTHING[0], ON[1]]
        );
        office.send(&call.not_reached()).await;
        let own = json!([["x_user_id", "=", reader.user()]]);
        let gone = office.journal().remove_records("x_ucm_extension", own);
        gone.await.unwrap();
        close(office, &[&reader]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_another_company_nor_who_sees_own_calls_only_sees_it() {
    let settings = json!({ "presence": true, "company": 1 });
    let mut office = Office::with(Journal::simulated(18).await.unwrap(), settings).await;
    let may = ["base.group_user", "ucm_odoo.group_presence"];
    let reader = colleague(&office, &may).await;
    let company = json!({ "name": "Elsewhere" });
    let company = office
        .journal()
        .create("res.company", company)
        .await
        .unwrap();
    let elsewhere = office.journal().person(&may, &[company]).await.unwrap();
    let own_only = [may[0], may[1], "ucm_odoo.group_ucm_odoo_own_calls"];
    let own_only = colleague(&office, &own_only).await;
    let call = office.fleet.dial("1001", &Caller::number(NUMBER));
    office.send(&call.outgoing()).await;
    assert_eq!(seen(&office, &reader, &office.ana).await, ON);
    for other in [&elsewhere, &own_only] {
        assert_eq!(seen(&office, other, &office.ana).await, NOTHING);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_costs_nothing_where_it_is_off_and_no_request_more_where_cards_are_shown() {
    let mut office = Office::open(Journal::simulated(19).await.unwrap()).await;
    let reader = colleague(&office, &["base.group_user", "ucm_odoo.group_presence"]).await;
    let mut call = office.fleet.dial("1001", &Caller::number(NUMBER));
    office.journal().handle().clear_requests();
    office.send(&call.outgoing()).await;
    let answered = call.answered_by("1001");
    office.send(&answered).await;
    assert_eq!(office.journal().handle().requests().len(), 0);
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    office.send(&ring.incoming()).await;
    let answered = ring.answered_by("1001");
    office.send(&answered).await;
    assert_eq!(
        seen(&office, &reader, &office.ana).await,
        NOTHING,
        "switched off"
    );

    let (mut office, _) = open(Journal::simulated(19).await.unwrap()).await;
    let first = office.fleet.ring(&["1003"], &Caller::number("0199000078"));
    office.send(&first.incoming()).await;
    let mut ring = office.fleet.ring(&["1001"], &Caller::number(NUMBER));
    let mut call = office.fleet.dial("1001", &Caller::number(NUMBER));
    let answered = |ring: &mut peers::phones::Ring| ring.answered_by("1001");
    let steps = [
        (ring.incoming(), 3),
        (answered(&mut ring), 2),
        (ring.hung_up(), 2),
        (call.outgoing(), 2),
        (answered(&mut call), 2),
        (call.hung_up(), 2),
    ];
    for (heard, expected) in steps {
        office.journal().handle().clear_requests();
        office.send(&heard).await;
        let requests = office.journal().handle().requests().len();
        assert_eq!(requests, expected, "{:?}", heard[0].event);
    }
}
