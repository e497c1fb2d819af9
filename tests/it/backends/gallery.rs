//! Pictures that are found again: a member's own, a channel's, and those of some words.

use easel::backends::store::{Cursor, GalleryPage, Store};
use easel::domain::job::{JobId, Viewer, Wanted};
use easel::domain::search;
use time::Duration;

use super::orders::{CHANNEL, GUILD, MEMBER, NOW, Order, order};

const HERE: Viewer = Viewer { guild: Some(GUILD), channel: CHANNEL, reads_history: true, member: MEMBER };
const OTHER: Viewer = Viewer { member: MEMBER + 1, ..HERE };

fn nth(second: u32, prompt: &'static str) -> Order {
    Order { at: NOW + Duration::seconds(second.into()), prompt, ..order(500 - u64::from(second)) }
}

fn words(text: &str) -> Wanted {
    Wanted::Words(search::words(text))
}

async fn page(store: &Store, wanted: &Wanted, viewer: Viewer, cursor: Cursor, limit: usize) -> GalleryPage {
    store.gallery(wanted, viewer, cursor, limit).await.unwrap()
}

async fn found(store: &Store, wanted: &Wanted, viewer: Viewer) -> Vec<JobId> {
    let GalleryPage { jobs, newer, older } = page(store, wanted, viewer, Cursor::Latest, 100).await;
    assert_eq!((newer, older), (None, None));
    for claim in &jobs {
        assert_eq!(store.find(claim.job.id).await.unwrap().as_ref(), Some(claim), "as it stands");
    }
    jobs.into_iter().map(|claim| claim.job.id).collect()
}

pub(super) async fn a_picture_is_found_by_its_member_its_channel_and_its_words(store: &Store) {
    let fox = nth(1, "A red FOX, at the café");
    let owl = Order { channel: CHANNEL + 1, ..nth(2, "a red owl") };
    let cub = Order { member: OTHER.member, ..nth(3, "a fox cub; red") };
    for order in [&fox, &owl, &cub] {
        order.claimed(store).await.finish().await;
    }
    let [fox, owl, cub] = [fox, owl, cub].map(|order| order.id());
    assert_eq!(found(store, &Wanted::Mine, HERE).await, [owl, fox]);
    assert_eq!(found(store, &Wanted::Channel, HERE).await, [cub, fox]);
    for (text, expected) in [
        ("red", vec![cub, owl, fox]),
        ("Fox RED", vec![cub, fox]),
        ("cafe", vec![fox]),
        ("fox owl", vec![]),
        ("fo", vec![]),
        ("the", vec![]),
    ] {
        assert_eq!(found(store, &words(text), HERE).await, expected, "{text}");
    }
    assert_eq!(found(store, &words("red"), OTHER).await, [cub, fox], "others' only in their channel");
    let closed = Viewer { reads_history: false, ..OTHER };
    for wanted in [Wanted::Channel, words("red")] {
        assert_eq!(found(store, &wanted, closed).await, [cub], "{wanted:?}");
    }
    let elsewhere = Viewer { guild: Some(GUILD + 1), channel: 77, ..HERE };
    for wanted in [Wanted::Mine, Wanted::Channel, words("red")] {
        assert_eq!(found(store, &wanted, elsewhere).await, [], "what was ordered in a server stays there");
    }
}

pub(super) async fn a_job_is_in_the_gallery_as_long_as_it_has_a_picture(store: &Store) {
    let order = Order { pictures: 2, ..nth(1, "a fox") };
    let is_found = async |expected: bool| {
        for wanted in [Wanted::Mine, Wanted::Channel, words("fox")] {
            assert_eq!(found(store, &wanted, HERE).await.len(), usize::from(expected), "{wanted:?}");
        }
    };
    let worker = order.claimed(store).await;
    worker.generate(0).await;
    is_found(false).await;
    worker.generate(1).await;
    is_found(true).await;
    assert!(worker.conclude(0).await);
    is_found(false).await;
    assert!(worker.conclude(2).await && worker.archive().await && worker.release(0).await);
    is_found(true).await;
}

pub(super) async fn a_private_picture_is_found_by_its_member_until_it_is_published(store: &Store) {
    let fox = Order { private: true, ..nth(1, "a fox") };
    let told = Order { guild: None, channel: 9, ..nth(2, "an owl") };
    fox.claimed(store).await.finish().await;
    told.claimed(store).await.finish().await;
    let elsewhere = Viewer { guild: Some(GUILD + 1), channel: 77, ..HERE };
    for viewer in [HERE, elsewhere] {
        assert_eq!(found(store, &Wanted::Mine, viewer).await, [told.id(), fox.id()]);
        assert_eq!(found(store, &words("fox"), viewer).await, [fox.id()]);
    }
    assert_eq!(found(store, &Wanted::Channel, HERE).await, [fox.id()]);
    for wanted in [Wanted::Mine, Wanted::Channel, words("fox"), words("owl")] {
        assert_eq!(found(store, &wanted, OTHER).await, [], "{wanted:?}");
    }
    store.publish(fox.id(), None).await.unwrap();
    for viewer in [HERE, OTHER] {
        assert_eq!(found(store, &Wanted::Channel, viewer).await, [fox.id()]);
        assert_eq!(found(store, &words("fox"), viewer).await, [fox.id()]);
    }
    assert_eq!(found(store, &Wanted::Mine, elsewhere).await, [told.id()], "it is the server's");
}

pub(super) async fn a_gallery_is_read_page_by_page(store: &Store) {
    let mut all = Vec::new();
    for second in 1..=12 {
        let private = second % 3 == 0;
        let order = Order { private, ..nth(second, if second % 2 == 0 { "a red fox" } else { "a fox" }) };
        order.claimed(store).await.generate(0).await;
        all.push(order.id());
    }
    all.reverse();
    for wanted in [Wanted::Mine, Wanted::Channel, words("fox")] {
        let (mut cursor, mut pages) = (Cursor::Latest, Vec::new());
        loop {
            let page = page(store, &wanted, HERE, cursor, 5).await;
            assert_eq!(page.jobs.len(), if page.older.is_some() { 5 } else { 2 });
            cursor = page.older.map_or(Cursor::Latest, Cursor::Before);
            pages.push(page);
            if cursor == Cursor::Latest {
                break;
            }
        }
        let read: Vec<_> = pages.iter().flat_map(|page| &page.jobs).map(|claim| claim.job.id).collect();
        assert_eq!(read, all, "{wanted:?}");
        for pair in pages.windows(2).rev() {
            let newer = pair[1].newer.unwrap();
            let back = page(store, &wanted, HERE, Cursor::After(newer), 5).await;
            assert_eq!(back.jobs, pair[0].jobs, "{wanted:?}");
        }
        let latest = page(store, &wanted, HERE, Cursor::After(all[2]), 5).await;
        assert_eq!(latest, pages[0], "the latest page is full");
    }
    let GalleryPage { jobs, newer, older } =
        page(store, &words("red fox"), HERE, Cursor::Before(all[2]), 5).await;
    assert_eq!((jobs.len(), newer, older), (4, Some(all[4]), None));
    let end = page(store, &Wanted::Mine, HERE, Cursor::Before(all[11]), 5).await;
    assert_eq!((end.jobs.len(), end.older), (0, None));
    let back = page(store, &Wanted::Mine, HERE, Cursor::After(end.newer.unwrap()), 5).await;
    assert_eq!(back.jobs.last().map(|claim| claim.job.id), Some(all[11]));
}
