//! `easel imagine` and `easel inspect` as people use them in a shell: without quotes, with copies, and looking for what
//! somebody has saved anew.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use crate::programs::{is_one_sentence, printed, world, world_with};
use crate::support::{Setup, World, in_time};

const SKETCH: [&str; 3] = ["imagine", "--engine", "sketch"];

async fn sketch(world: &World, arguments: &str) -> (i32, String, String) {
    let arguments: Vec<_> = SKETCH.into_iter().chain(arguments.split(' ')).collect();
    world.run_bare(&arguments).await
}

fn record(world: &World) -> serde_json::Value {
    serde_json::from_slice(world.archived("json").last().unwrap()).unwrap()
}

#[tokio::test]
async fn words_need_no_quotes_and_flags_may_stand_anywhere() {
    let world = world().await;
    let order = "a cat eating --n 2 ice cream --ar 16:9 --seed 7 --no text, watermark --v 6 --tile";
    let (code, out, err) = sketch(&world, order).await;
    assert_eq!((code, err.as_str()), (0, "easel: ignored: --v 6, --tile\n"));
    assert!(out.contains("seed 7\n") && out.contains("seed 8\n"), "{out}");
    let request = record(&world)["request"].clone();
    assert_eq!(request["prompt"], "a cat eating ice cream");
    assert_eq!((&request["aspect"], &request["negative"]), (&"16:9".into(), &"text, watermark".into()));
    let (code, _, err) = sketch(&world, "-5 degrees --style raw").await;
    assert_eq!((code, err.contains("ignored: --style raw")), (0, true), "{err}");
    is_one_sentence(
        &sketch(&world, "a cat --no dogs --negative birds").await,
        "cannot be used with '--negative",
    );
    is_one_sentence(&sketch(&world, "a cat --aspct 16:9").await, "'--aspect'");
    world.is_tidy();
}

#[tokio::test]
async fn a_copy_is_what_its_name_says_and_is_marked_as_generated() {
    let world = world().await;
    for (name, format) in [
        ("cat.png", ImageFormat::Png),
        ("cat.webp", ImageFormat::WebP),
        ("cat.jpg", ImageFormat::Jpeg),
        ("CAT.JPEG", ImageFormat::Jpeg),
    ] {
        let (code, out, err) = sketch(&world, &format!("a cat --seed 7 --out {name}")).await;
        assert_eq!((code, out.lines().nth(1)), (0, Some(name)), "{err}");
        let copy = std::fs::read(world.path(name)).unwrap();
        assert_eq!(image::guess_format(&copy).unwrap(), format);
        assert_eq!(image::load_from_memory(&copy).unwrap().width(), 1024);
        if format == ImageFormat::Png {
            assert!(err.is_empty() && printed(&world, &out)[0] == copy, "byte for byte: {err}");
            continue;
        }
        assert!(err.contains(&format!("easel: {name} is re-encoded as ")), "{err}");
        assert!(err.contains("the archive keeps the original, which is PNG"), "{err}");
        let mut decoder = ImageReader::with_format(Cursor::new(copy), format).into_decoder().unwrap();
        let packet = String::from_utf8(decoder.xmp_metadata().unwrap().unwrap()).unwrap();
        let mark =
            "DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"";
        assert!(packet.contains(mark), "{packet}");
    }
    let (code, out, _) = sketch(&world, "a cat --n 2 --out cats.webp").await;
    let copies: Vec<_> = out.lines().filter(|line| line.starts_with("cats")).collect();
    assert_eq!((code, copies), (0, vec!["cats-0.webp", "cats-1.webp"]));
    world.is_tidy();
}

#[tokio::test]
async fn a_copy_that_cannot_be_written_is_refused_before_anything_is_paid() {
    let world = world_with(&[]).await;
    world.write("notes.txt", "mine");
    let long = format!("{}.png", "x".repeat(300));
    for (out, needle) in [
        ("cat.gif", "as a file it must end with .png, .jpg, .jpeg or .webp"),
        ("cat", "as a file it must end with .png, .jpg, .jpeg or .webp"),
        ("no/such/cat.png", "make the folder first"),
        ("notes.txt/cat.png", "make the folder first"),
        (&long, "--out: cannot write `"),
    ] {
        is_one_sentence(&world.run(&["imagine", "a", "cat", "--out", out]).await, needle);
    }
    assert!(world.bedrock.calls().is_empty() && !world.path("data").exists());
    let left: Vec<_> =
        std::fs::read_dir(world.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["notes.txt"]);
}

#[tokio::test]
async fn a_copy_that_could_not_be_written_after_all_does_not_hide_the_others() {
    let world = world_with(&[]).await;
    std::fs::create_dir(world.path("pictures")).unwrap();
    let held = world.bedrock.hold();
    let ran = world.run(&["imagine", "a cat", "--n", "2", "--out", "pictures/cat.png"]);
    let gone = async {
        in_time(held.reached()).await;
        std::fs::remove_dir(world.path("pictures")).unwrap();
        held.release();
    };
    let ((code, out, err), ()) = tokio::join!(ran, gone);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
    assert_eq!(err.matches("the archive has the picture").count(), 2, "{err}");
    world.end().await;
}

#[tokio::test]
async fn the_price_is_told_with_what_is_left_of_the_month() {
    let world = world_with(&[("EASEL_MONTHLY_BUDGET_USD", "0.20")]).await;
    let (code, out, err) = world.run(&["imagine", "a", "cat", "--n", "2"]).await;
    assert_eq!((code, out.lines().count()), (0, 2), "{err}");
    assert!(err.contains("easel: core paints 2 pictures for $0.08, usually in 4 s\n"), "{err}");
    assert!(err.contains("easel: this cost $0.08; $0.12 of this month's budget of $0.20 is left\n"), "{err}");
    assert!(!err.contains('\u{1b}') && !err.contains('\r'), "{err:?}");
    world.end().await;
    let world = self::world().await;
    let (_, _, err) = world.run(&["imagine", "a", "cat"]).await;
    assert!(err.contains("easel: this cost $0.04\n"), "{err}");
    world.end().await;
}

#[tokio::test]
async fn a_copy_that_was_saved_anew_is_found_by_its_looks() {
    let world = world().await;
    sketch(&world, "a lighthouse in a storm --n 3 --seed 7").await;
    let (_, out, _) = sketch(&world, "a cat --seed 8").await;
    let original = image::load_from_memory(&printed(&world, &out)[0]).unwrap();
    let small = original.thumbnail(400, 400).into_rgb8();
    for (name, format) in [("preview.webp", ImageFormat::WebP), ("small.jpg", ImageFormat::Jpeg)] {
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(small.clone()).write_to(&mut file, format).unwrap();
        world.write(name, file.into_inner());
        let (code, said, err) = world.run_bare(&["inspect", name]).await;
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(said.starts_with("copy      this file only looks like the picture below: "), "{said}");
        let path = out.split("  seed").next().unwrap();
        for needle in [&format!("\noriginal  {path}\n"), "\nprompt    a cat\n", "\nseed      8\n"] {
            assert!(said.contains(needle), "{needle} in {said}");
        }
    }
    let mut other = Cursor::new(Vec::new());
    original.rotate90().write_to(&mut other, ImageFormat::Png).unwrap();
    world.write("turned.png", other.into_inner());
    is_one_sentence(
        &world.run_bare(&["inspect", "turned.png"]).await,
        "it looks like none of the 4 pictures",
    );
    world.write("notes.txt", "I am no picture");
    is_one_sentence(&world.run_bare(&["inspect", "notes.txt"]).await, "cannot be decoded as a picture");
    world.is_tidy();
}

#[tokio::test]
async fn the_built_in_engine_says_what_it_knows_where_a_prompt_has_nothing_of_it() {
    const NOTE: &str = "This became an abstract, since the built-in engine found nothing in the prompt that it can draw: \
                        it knows cat, house, ship";
    let world = world().await;
    for known in ["a cat", "ein Hund am Strand", "un château sous la neige", "dos manzanas", "猫と月"] {
        let (code, _, err) = sketch(&world, known).await;
        assert_eq!((code, err.as_str()), (0, ""), "{known}");
    }
    let (code, _, err) = sketch(&world, "the weight of entropy").await;
    assert_eq!((code, err.lines().count()), (0, 1), "{err}");
    assert!(err.starts_with(&format!("easel: {NOTE}")), "{err}");
    world.is_tidy();
    let setup = Setup { variables: vec![("EASEL_ENGINE", "sketch".into())], ..Setup::default() };
    let mut world = World::with(setup).await;
    let message = in_time(world.imagine("the weight of entropy").await.picture()).await;
    assert!(message.content.contains(&format!("\n-# {NOTE}")), "{}", message.content);
    let message = in_time(world.imagine("a cat").await.picture()).await;
    assert!(!message.content.contains("abstract"), "{}", message.content);
    world.settled().await;
    world.stop().await;
    world.is_tidy();
}
