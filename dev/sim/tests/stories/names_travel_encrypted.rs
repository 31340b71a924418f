// SPDX-License-Identifier: MIT OR Apache-2.0
//! In an end-to-end meeting the server never sees a name.

use std::sync::{Arc, Mutex};

use incamera_sim::World;
use protocol::{ClientMessage, encode};

#[test]
fn everybody_knows_everybodys_name_and_the_server_nobodys() {
    let mut world = World::new(1);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    world.tamper_to_server(Box::new(move |_, message: ClientMessage| {
        sink.lock().expect("one thread").extend(encode(&message));
        vec![message]
    }));
    let hana = world.join_as_host("Hana Horváth");
    world.converge();
    let bob = world.join("Bob Baxter-Ruiz");
    world.converge();
    for id in [hana, bob] {
        let names: Vec<_> = world
            .view(id)
            .participants
            .iter()
            .map(|shown| shown.name.clone())
            .collect();
        assert_eq!(names, ["Hana Horváth", "Bob Baxter-Ruiz"]);
    }
    let seen = seen.lock().expect("one thread");
    for name in ["Hana", "Horváth", "Bob", "Baxter"] {
        let is_seen = seen.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(!is_seen, "{name} went to the server");
    }
}

#[test]
fn names_come_through_when_those_who_know_them_are_slow() {
    let mut world = World::new(2);
    let hana = world.join_as_host("hana");
    world.join("bob");
    world.converge();
    world.set_online(hana, false);
    let carol = world.join("carol");
    let knows = world.run_until(std::time::Duration::from_secs(9), |world| {
        world
            .view(carol)
            .participants
            .iter()
            .filter(|shown| shown.name == "bob")
            .count()
            == 1
    });
    world.check(knows, "the next member answers");
}
