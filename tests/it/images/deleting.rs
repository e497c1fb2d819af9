//! Orders whose pictures a client deletes.

use super::*;
use crate::deleting::files_with;

#[tokio::test]
async fn a_key_deletes_what_it_ordered_and_nobody_elses() {
    let api = Api::new().await;
    let order = json!({ "prompt": "a zanzibar lighthouse", "count": 2 });
    let image = api.post_as("first", WEB, &order).await.json(202);
    let path = format!("/images/{}", image["id"].as_str().unwrap());
    api.finished(&path).await;
    api.world.settled().await;
    assert!(!files_with(&api.world, &["zanzibar"]).is_empty() && api.world.archived("png").len() == 2);
    let delete = async |key: &str| answered(api.request(Method::DELETE, &path, key)).await;
    delete("").await.problem(401);
    assert!(delete(SHOP).await.detail(404).starts_with("This key has ordered nothing"));
    let deleted = delete(WEB).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    for path in [path.clone(), format!("{path}/0.png"), format!("{path}?wait=1")] {
        assert!(api.get(&path, WEB).await.detail(404).starts_with("These pictures were deleted"), "{path}");
    }
    assert!(delete(WEB).await.detail(404).starts_with("These pictures were deleted"));
    assert_eq!(api.get("/images", WEB).await.json(200), json!({ "images": [] }));
    let again = api.post_as("first", WEB, &order).await.detail(409);
    assert!(again.starts_with("The pictures under this `Idempotency-Key` were deleted."), "{again}");
    api.world.settled().await;
    in_time(api.world.until(|world| files_with(world, &["zanzibar"]).is_empty())).await;
    assert_eq!((api.world.archived("png").len(), api.world.archived("json").len()), (0, 0));
    api.end().await;
}
