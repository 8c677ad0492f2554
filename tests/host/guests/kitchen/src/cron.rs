//! The cron trigger, in the same module as the HTTP trigger.

wit_bindgen::generate!({
    inline: r"
        package fermyon:spin-cron@2.0.0;
        interface cron-types {
            record metadata { timestamp: u64 }
            variant error { other(string) }
        }
        world spin-cron {
            use cron-types.{metadata, error};
            export handle-cron-event: func(metadata: metadata) -> result<_, error>;
        }
    ",
});

struct Cron;

impl Guest for Cron {
    fn handle_cron_event(metadata: Metadata) -> Result<(), Error> {
        let run = tick(metadata.timestamp);
        spin_sdk::http::run(run).map_err(|fault| Error::Other(fault.to_string()))
    }
}

export!(Cron);

/// Does what its timestamp tells it to.
async fn tick(timestamp: u64) -> anyhow::Result<()> {
    println!("tick {timestamp}");
    match timestamp {
        13 => anyhow::bail!("thirteen"),
        17 => panic!("seventeen"),
        _ => {}
    }
    crate::time::sleep(std::time::Duration::from_millis(300)).await;
    spin_sdk::key_value::Store::open_default()?.set("tick", timestamp.to_string().as_bytes())?;
    println!("tock {timestamp}");
    Ok(())
}
