//! Pictures that only the machine has that generated them, while the archive is away.

use easel::domain::job::{JobId, State};

use super::*;
use crate::s3_faults::{Fault, Proxy};
use crate::support::cloud::Cloud;

#[tokio::test]
async fn an_order_is_delivered_once_its_pictures_can_be_fetched_on_ministack() {
    let cloud = Cloud::new().await;
    let mut setup = cloud.setup();
    let away = [Fault::Answer(503, "SlowDown"); 1_000];
    let (proxy, address, _server) = Proxy::start(server("EASEL_TEST_S3_MINISTACK"), &away).await;
    setup.variables.push(("AWS_ENDPOINT_URL_S3", address));
    // The stand-in checks the signatures of links against this one.
    setup.variables.push(("AWS_SECRET_ACCESS_KEY", "test".to_owned()));
    let mut api = Api::with(setup, &entry("web", WEB, 1000, "100")).await;
    api.world.start_worker().await;
    let taken = api.post_as("order-1", WEB, &cat()).await.json(202);
    let location = taken["location"].as_str().unwrap();
    let id: JobId = taken["id"].as_str().unwrap().parse().unwrap();
    let concluded = api.world.until_said(async || {
        cloud.store().find(id).await.unwrap().is_some_and(|claim| claim.state == State::Delivered)
    });
    in_time(concluded).await;

    let safe = "What was generated is safe and on its way to the archive.";
    let waits = |said: &Value| {
        assert_eq!(said["state"], "generated");
        assert!(said["note"].as_str().unwrap().starts_with(safe), "{said}");
    };
    for path in [location.to_owned(), format!("{location}?wait=1")] {
        let image = api.get(&path, WEB).await.json(200);
        waits(&image);
        assert_eq!(
            (&image["pictures"][0]["state"], &image["pictures"][0]["link"]),
            (&json!("painted"), &Value::Null)
        );
    }
    waits(&api.get("/images", WEB).await.json(200)["images"][0]);
    waits(&api.post_as("order-1", WEB, &cat()).await.json(202));

    proxy.mend();
    cloud.time_goes_by().await;
    let image = api.get(&format!("{location}?wait=60"), WEB).await.json(200);
    assert_eq!((&image["state"], &image["note"]), (&json!("delivered"), &Value::Null), "{}", api.world.log());
    let picture = &image["pictures"][0];
    let file = answered(api.http.get(picture["link"].as_str().unwrap())).await;
    assert_eq!((file.status, picture["sha256"].as_str().unwrap()), (200, sha256_hex(&file.body).as_str()));
    cloud.ended(&api.world, 1, 1).await;
}
