//! The power goes out at any instant: of what came behind the last barrier any blocks may be lost.

use crate::disk::{Event, Numbers, power_loss};
use crate::scenes;
use crate::scenes::Scene;

/// How often it goes out at each instant.
fn trials() -> usize {
    match std::env::var_os("QUIRE_LONG") {
        Some(_) => 60,
        None => 2,
    }
}

#[test]
fn every_durable_page_outlasts_it() {
    let mut total = 0;
    for (n, scene) in scenes::all().iter().enumerate() {
        for synced in [1, 2] {
            total += outlasts(scene, synced, n as u64);
        }
    }
    assert!(total >= 1000, "{total} trials only");
    println!("{total} trials");
}

fn outlasts(scene: &Scene, synced: usize, seed: u64) -> usize {
    let disk = scene.write(synced);
    assert_eq!(
        scene.look(&disk.bytes(), &scene.name),
        scene.before.len() + scene.pages.len()
    );
    let events = disk.events();
    let mut numbers = Numbers::new(seed);
    let mut durable = scene.old.clone();
    let mut since: Vec<&Event> = Vec::new();
    let (mut done, mut begun, mut total) = (0, 0, 0);
    for (at, event) in events.iter().enumerate() {
        match event {
            Event::Ending => begun += 1,
            Event::Done(pages) => done = *pages,
            Event::Barrier => {
                for event in since.drain(..) {
                    match event {
                        Event::Write { at, data } => {
                            durable.resize(durable.len().max(at + data.len()), 0);
                            durable[*at..at + data.len()].copy_from_slice(data);
                        }
                        Event::Len(len) => durable.resize(*len, 0),
                        _ => {}
                    }
                }
            }
            Event::Write { .. } | Event::Len(_) => since.push(event),
        }
        if since.is_empty() {
            continue;
        }
        for trial in 0..trials() {
            let block = [512, 4096][numbers.below(2)];
            let left = power_loss(&durable, &since, block, &mut numbers);
            let what = format!(
                "{}, sync {synced}, event {at}, trial {trial}, blocks of {block}",
                scene.name
            );
            scene.recovered(&left, done, begun, &what);
            total += 1;
        }
    }
    total
}
