//! Who does not want to be called, however that was written, and whatever Odoo has made of their contact since.

use super::*;

/// French overseas lines have two codes, and entries are as somebody typed them where Odoo cannot read numbers.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_on_the_blacklist_is_not_called_however_it_is_written_there() {
    let Some(team) = Team::with(&[], json!({})).await else {
        return;
    };
    let listed = [
        ("0596 30 12 34", "+596596301234", "+33596301234"),
        ("+33 5 96 30 12 35", "+596596301235", "+596596301235"),
        ("01 99 00 00 01", "+33199000001", "0033 1 99 00 00 01"),
        ("01 99 00 00 03", "+33199000003", "+33 (0)1 99 00 00 03"),
        ("01 99 00 00 04", "+33199000004", "01.99.00.00.04"),
    ];
    let free = "+33199000002";
    // The end of a number is another number; an Odoo that reads numbers does not take it.
    let end = "99 00 00 02";
    let entries: Vec<&str> = listed
        .iter()
        .map(|(.., entry)| *entry)
        .chain([end])
        .collect();
    team.unlist(&entries).await;
    let put = async |number: &str| {
        let entry = json!({ "number": number });
        team.journal().create("phone.blacklist", entry).await
    };
    _ = put(end).await;
    team.add(&["01 99 00 00 02"]).await;
    for (written, number, entry) in listed {
        // Listed while its member waits to be called, and before its number is read.
        team.add(&[written]).await;
        assert_eq!(team.state(number).await.0, "ready", "{entry}");
        put(entry).await.unwrap();
        let member = team.of_number(number).await;
        let told = team
            .of_member(&team.ana, "action_campaign_call", member)
            .await;
        assert_eq!(told["params"]["type"], "warning", "{entry}: {told}");
        let blacklist = ("excluded".to_owned(), "blacklist".to_owned());
        assert_eq!(team.state(number).await, blacklist, "{entry}");
        let domain = json!([["id", "=", member]]);
        team.journal()
            .remove_records("x_ucm_member", domain)
            .await
            .unwrap();
        team.add(&[written]).await;
        assert_eq!(team.state(number).await, blacklist, "{entry}");
    }
    assert_eq!(team.dialled().await, 0);
    let member = team.next(&team.ana).await.unwrap();
    assert_eq!(team.member(member).await["x_number"], free);
    team.unlist(&entries).await;
    team.close().await;
}

/// Members of earlier versions have their number in one form alone: the others are read, and nothing else of them changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_an_earlier_version_is_not_called_however_its_number_is_listed() {
    let numbers = ["0596 30 12 34", "01 99 00 00 02"];
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    let listed = "+33596301234";
    team.unlist(&[listed]).await;
    let (member, done) = (
        team.of_number("+596596301234").await,
        team.of_number("+33199000002").await,
    );
    team.say(&team.ana, done, "result_not_interested").await;
    let before = team.members().await;
    let formless = format!(
        "members = env['x_ucm_member'].sudo().browse([{member}, {done}])\n\
         members.write({{'x_forms': False}})\n\
         members.browse({done}).write({{'x_raw': 'ask Zoé'}})"
    );
    team.journal().program(&formless).await.unwrap();
    team.journal()
        .create("phone.blacklist", json!({ "number": listed }))
        .await
        .unwrap();
    team.settle().await;
    assert_eq!(team.members().await, before);
    let told = team
        .of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(told["params"]["type"], "warning", "{told}");
    let blacklist = ("excluded".to_owned(), "blacklist".to_owned());
    assert_eq!(team.state("+596596301234").await, blacklist);
    // Once they are read there is nothing to be read.
    let settle = format!("{MODULE}.action_campaign_settle");
    let settle = team.journal().id_of(&settle).await.unwrap();
    let settled = team.journal().run(settle, json!({})).await.unwrap();
    assert_eq!(settled["unread"], false, "{settled}");
    team.unlist(&[listed]).await;
    team.close().await;
}

/// However many members are looked at, the blacklist is read through once for them, and not once for each.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_blacklist_is_searched_once_for_all_members() {
    let numbers: Vec<String> = (10..40).map(|last| format!("01 99 00 00 {last}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let Some(team) = Team::with(&numbers, json!({})).await else {
        return;
    };
    // All of it is taken back: as many entries as an office has after years, written as Odoo has not read them.
    let code = format!(
        "def scans():\n\
         \x20   env.cr.execute(\"SELECT seq_scan + COALESCE(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relname = 'phone_blacklist'\")\n\
         \x20   return env.cr.fetchone()[0]\n\
         members = env['x_ucm_member'].sudo().search([('x_campaign_id', '=', {})], order='id')\n\
         env.flush_all()\n\
         env.cr.execute('SAVEPOINT x_ucm_long')\n\
         env.cr.execute(\"INSERT INTO phone_blacklist (number, active) SELECT '0033 2 ' || n, true FROM generate_series(10000000, 10001999) n\")\n\
         env.cr.execute(\"INSERT INTO phone_blacklist (number, active) VALUES ('0033 1 99 00 00 39', true)\")\n\
         env.cr.execute('ANALYZE phone_blacklist')\n\
         before = scans()\n\
         listed = members.filtered('x_is_blacklisted').mapped('x_number')\n\
         after = scans()\n\
         env.cr.execute('ROLLBACK TO SAVEPOINT x_ucm_long')\n\
         action = {{'members': len(members), 'listed': listed, 'scans': after - before}}",
        team.campaign
    );
    let found = team.journal().program(&code).await.unwrap();
    assert_eq!(found["members"], 30, "{found}");
    assert_eq!(found["listed"], json!(["+33199000039"]));
    let scans = found["scans"].as_i64().unwrap();
    assert!(scans <= 3, "{scans} scans");
    team.close().await;
}

/// Merging contacts leaves the members of both with one contact, and each with the number that it has: what one of them has said counts for both.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_refused_is_not_called_as_the_contact_that_they_were_merged_into() {
    let numbers: Vec<String> = (1..=5).map(|n| format!("01 99 00 00 0{n}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let Some(mut team) = Team::with(&numbers, json!({ "x_rest_days": 60 })).await else {
        return;
    };
    let contacts = team.contacts().await;
    for (nth, result) in [(0, "result_refusal"), (2, "result_opposed")] {
        let member = team.of_number(&format!("+3319900000{}", nth + 1)).await;
        team.say(&team.ana, member, result).await;
        team.merge(contacts[nth], contacts[nth + 1]).await;
        let other = team.of_number(&format!("+3319900000{}", nth + 2)).await;
        let told = team
            .of_member(&team.ana, "action_campaign_call", other)
            .await;
        assert_eq!(told["params"]["type"], "warning", "{told}");
    }
    let state = async |number| team.state(number).await.1;
    assert_eq!(state("+33199000002").await, "resting");
    assert_eq!(state("+33199000004").await, "blacklist");
    team.unlist(&["+33199000003"]).await;
    let free = team.next(&team.ana).await.unwrap();
    assert_eq!(team.member(free).await["x_number"], "+33199000005");
    // In another campaign they are excluded when their number is read.
    team.campaign = team.another(json!({ "x_rest_days": 60 })).await;
    team.add_contacts(&[contacts[1], contacts[3], contacts[4]])
        .await;
    let state = async |number| team.state(number).await;
    assert_eq!(
        state("+33199000002").await,
        ("excluded".into(), "resting".into())
    );
    assert_eq!(
        state("+33199000004").await,
        ("excluded".into(), "resting".into())
    );
    assert_eq!(state("+33199000005").await.0, "ready");
    team.close().await;
}

/// A refusal ends where somebody corrects it, and nowhere else: what is said of a later call is none of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_outlasts_what_is_said_of_later_calls() {
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.of_number("+33199000001").await;
    let say = async |result: &str| team.say(&team.ana, member, result).await;
    say("result_refusal").await;
    assert!(team.has_refused(member).await);
    say("result_not_interested").await;
    assert!(!team.has_refused(member).await);

    // While the next call is under way, whose record has not come yet.
    say("result_refusal").await;
    team.of_member(&team.ana, "action_campaign_call", member)
        .await;
    assert_eq!(team.member(member).await["x_state"], "calling");
    say("result_voicemail").await;
    assert!(team.has_refused(member).await);
    // And of a call that somebody has made on a desk phone.
    say("result_refusal").await;
    team.call("+33199000001", "outbound", "answered", now() + minutes(1))
        .await;
    team.settle().await;
    say("result_voicemail").await;
    assert!(team.has_refused(member).await);
    team.close().await;
}

/// Whoever never wants to be called again may call in vain: they are called back at that number no more, and at no other of theirs either.
#[tokio::test(flavor = "multi_thread")]
async fn who_calls_in_vain_later_still_never_wants_to_be_called_again() {
    let Some(mut team) = Team::with(&[], json!({ "x_missed": true })).await else {
        return;
    };
    let france = team.journal().france().await.unwrap();
    let mut contacts = Vec::new();
    for number in ["01 99 00 00 01", "01 99 00 00 02"] {
        let contact =
            json!({ "name": format!("Campaign {number}"), "phone": number, "country_id": france });
        contacts.push(team.journal().create("res.partner", contact).await.unwrap());
    }
    let begun = now() + minutes(1);
    let missed = async |after: i64| {
        let call = team
            .call("+33199000001", "inbound", "missed", begun + minutes(after))
            .await;
        let of_contact = json!([[call], { "x_partner_id": contacts[0] }]);
        let written = team
            .journal()
            .call("x_ucm_call", "write", of_contact, json!({}));
        written.await.unwrap();
        team.settle().await;
        team.settle().await;
    };
    missed(0).await;
    let member = team.of_number("+33199000001").await;
    team.say(&team.ana, member, "result_opposed").await;
    missed(1).await;
    let row = team.member(member).await;
    assert_eq!(
        (&row["x_state"], &row["x_kind"]),
        (&json!("ready"), &json!(false)),
        "{row}"
    );
    team.merge(contacts[0], contacts[1]).await;
    team.campaign = team.another(json!({})).await;
    team.add_contacts(&contacts[1..]).await;
    let state = team.state("+33199000002").await;
    assert_eq!(state, ("excluded".into(), "blacklist".into()));
    team.close().await;
}

/// Nobody can have it, as far as Odoo knows, where it has `phonenumbers`: then a person has to see to it. What was said is kept anyway.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_the_blacklist_does_not_take_is_kept_all_the_same() {
    const ODD: &str = "+33000000001";
    let Some(team) = Team::with(&["01 99 00 00 01"], json!({})).await else {
        return;
    };
    let member = team.of_number("+33199000001").await;
    let odd = json!([[member], { "x_number": ODD }]);
    let written = team.journal().call("x_ucm_member", "write", odd, json!({}));
    written.await.unwrap();
    team.say(&team.ana, member, "result_opposed").await;
    let of_member = json!([["id", "=", member]]);
    let fields = ["x_state", "x_kind", "x_opposed_at", "x_to_check"];
    let rows = team.journal().records("x_ucm_member", of_member, &fields);
    let row = rows.await.unwrap().remove(0);
    assert_eq!(
        (&row["x_state"], &row["x_kind"]),
        (&json!("done"), &json!("refusal")),
        "{row}"
    );
    assert!(row["x_opposed_at"].is_string(), "{row}");
    let listed = json!([["number", "=", ODD]]);
    let listed = team.journal().records("phone.blacklist", listed, &["id"]);
    let is_listed = !listed.await.unwrap().is_empty();
    assert_eq!(row["x_to_check"], !is_listed, "{row}");
    team.unlist(&[ODD]).await;
    team.close().await;
}

/// A consent is of the contact that it was given for: merging gives nobody that of another, and none is made up of two.
#[tokio::test(flavor = "multi_thread")]
async fn no_consent_is_pieced_together_out_of_two() {
    let numbers = [
        "01 99 00 00 01",
        "01 99 00 00 02",
        "01 99 00 00 03",
        "01 99 00 00 04",
    ];
    let Some(team) = Team::with(&numbers, json!({ "x_needs_consent": true })).await else {
        return;
    };
    let contacts = team.contacts().await;
    let fields = [
        "x_ucm_consent_at",
        "x_ucm_consent_source",
        "x_ucm_consent_proof",
    ];
    let given = json!({ "x_ucm_consent_at": "2026-09-01", "x_ucm_consent_source": "a form", "x_ucm_consent_proof": "no. 12" });
    let at_a_fair = json!({ "x_ucm_consent_at": "2026-10-02", "x_ucm_consent_source": "a fair" });
    for (nth, given) in [(0, &given), (2, &given), (3, &at_a_fair)] {
        let write = json!([[contacts[nth]], given]);
        team.journal()
            .call("res.partner", "write", write, json!({}))
            .await
            .unwrap();
    }
    team.merge(contacts[0], contacts[1]).await;
    team.merge(contacts[2], contacts[3]).await;
    let domain = json!([["id", "in", [contacts[1], contacts[3]]]]);
    let left = team
        .journal()
        .records("res.partner", domain, &fields)
        .await
        .unwrap();
    let consents = left
        .iter()
        .map(|contact| fields.map(|field| contact[field].clone()));
    let none = [json!(false), json!(false), json!(false)];
    assert_eq!(
        consents.collect::<Vec<_>>(),
        [none, [json!("2026-10-02"), json!("a fair"), json!(false)]]
    );
    for member in team.members().await {
        let member = member["id"].as_i64().unwrap();
        team.of_member(&team.ana, "action_campaign_put_in", member)
            .await;
    }
    for number in ["+33199000001", "+33199000002"] {
        let member = team.of_number(number).await;
        team.of_member(&team.ana, "action_campaign_call", member)
            .await;
        let state = team.state(number).await;
        assert_eq!(state, ("excluded".into(), "no_consent".into()), "{number}");
    }
    assert_eq!(team.dialled().await, 0);
    team.next(&team.ana).await.unwrap();
    team.close().await;
}

impl Team {
    /// The contacts that were added, in their order.
    async fn contacts(&self) -> Vec<i64> {
        let named = json!([["name", "like", "Campaign %"]]);
        let contacts = self.journal().records("res.partner", named, &["name"]);
        let contacts = contacts.await.unwrap();
        contacts
            .iter()
            .filter_map(|contact| contact["id"].as_i64())
            .collect()
    }

    /// Merges a contact into the one that stays, as somebody does in their list.
    async fn merge(&self, gone: i64, stays: i64) {
        let wizard = "base.partner.merge.automatic.wizard";
        let values = json!({ "partner_ids": [[6, 0, [gone, stays]]], "dst_partner_id": stays, "state": "selection" });
        let id = self.journal().create(wizard, values).await.unwrap();
        let merged = self
            .journal()
            .call(wizard, "action_merge", json!([[id]]), json!({}));
        merged.await.unwrap();
        let left = self.contacts().await;
        assert!(!left.contains(&gone) && left.contains(&stays));
    }
}
