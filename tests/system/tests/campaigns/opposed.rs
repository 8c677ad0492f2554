//! Who does not want to be called, however that was written.

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
    let entries = json!([["number", "in", entries]]);
    let remove = async || {
        let removed = team
            .journal()
            .remove_records("phone.blacklist", entries.clone());
        removed.await.unwrap();
    };
    remove().await;
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
    remove().await;
    team.close().await;
}

impl Team {
    /// The member with a number.
    async fn of_number(&self, number: &str) -> i64 {
        let members = self.members().await;
        let mut members = members.iter();
        let member = members.find(|member| member["x_number"] == number);
        member.unwrap()["id"].as_i64().unwrap()
    }
}
