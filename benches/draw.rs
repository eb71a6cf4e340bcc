//! The cost of one frame: 200x60, with a group of 5,000 partitions selected. At most 2 ms are allowed,
//! so that a key is answered within a frame even where a terminal is slow to show it.

#[path = "../tests/support/screen.rs"]
mod screen;
#[path = "../tests/support/snapshots/mod.rs"]
mod snapshots;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lagtop::app::{Looks, View};
use lagtop::ui;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use screen::Screen;
use snapshots::NOW;

const SIZE: (u16, u16) = (200, 60);

fn draw(criterion: &mut Criterion) {
    let cases = [
        ("all panes", Screen::new(snapshots::large(5_000), SIZE, Looks::default(), NOW)),
        (
            "partitions zoomed",
            Screen::new(snapshots::large(5_000), SIZE, Looks::default(), NOW).press("2 z"),
        ),
        (
            "partition page",
            Screen::new(snapshots::large(5_000), SIZE, Looks::default(), NOW).press("2 Enter"),
        ),
    ];
    let mut group = criterion.benchmark_group("draw 200x60, 5,000 partitions");
    for (name, mut screen) in cases {
        screen.look();
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let mut buf = Buffer::empty(area);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                buf.reset();
                let view = View::new(&screen.app, NOW, 0);
                black_box(ui::draw_into(black_box(&view), area, &mut buf))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, draw);
criterion_main!(benches);
