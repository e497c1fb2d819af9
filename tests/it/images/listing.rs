//! What a key has ordered, and what it may order.

use super::*;

#[tokio::test]
async fn a_key_lists_its_own_orders_the_latest_first_page_by_page() {
    let api = Api::new().await;
    assert_eq!(api.get("/images", WEB).await.json(200), json!({ "images": [] }));
    let mut ids = Vec::new();
    for prompt in ["one", "two", "three"] {
        let order = json!({ "prompt": prompt, "count": 2 });
        ids.insert(0, api.post("/images?wait=60", &order).await.json(200)["id"].clone());
        let other = api.posting("/images?wait=60", SHOP, order.to_string());
        assert_eq!(answered(other).await.status, 200);
    }
    let page = api.get("/images?limit=2", WEB).await.json(200);
    let listed = |page: &Value| -> Vec<Value> {
        page["images"].as_array().unwrap().iter().map(|image| image["id"].clone()).collect()
    };
    assert_eq!(listed(&page), ids[..2]);
    assert_eq!(
        page["images"][0],
        api.get(&format!("/images/{}", ids[0].as_str().unwrap()), WEB).await.json(200)
    );
    let next = page["next"].as_str().unwrap();
    let rest = api.get(next, WEB).await.json(200);
    assert_eq!((listed(&rest).as_slice(), &rest["next"]), (&ids[2..], &Value::Null));
    assert_eq!(listed(&api.get("/images", WEB).await.json(200)), ids);
    assert_eq!(listed(&api.get("/images?limit=3", WEB).await.json(200)), ids, "and no empty page after it");
    for (path, needle) in [
        ("/images?limit=0", "`limit` must be a whole number from 1 to 50"),
        ("/images?limit=51", "`limit` must be"),
        ("/images?limit=all", "`limit` must be"),
        ("/images?cursor=2", "`cursor` must be as `next`"),
        ("/images?page=2", "The only parameters here are `limit` and `cursor`"),
    ] {
        assert!(api.get(path, WEB).await.detail(400).starts_with(needle), "{path}");
    }
    api.get("/images", "").await.problem(401);
    api.end().await;
}

#[tokio::test]
async fn what_may_be_ordered_is_told_with_its_price() {
    let api = Api::new().await;
    let told = api.get("/models", WEB).await.json(200);
    let models = told["models"].as_array().unwrap();
    let names: Vec<_> = models.iter().map(|model| model["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["core", "ultra", "sd3.5"]);
    let core = &models[0];
    assert_eq!(
        (&core["default"], &core["price_usd"], &core["image"]),
        (&json!(true), &json!("0.04"), &json!(false))
    );
    assert_eq!(core["id"], "stability.stable-image-core-v1:1");
    assert!(core["aspects"].as_array().unwrap().contains(&json!("16:9")), "{core}");
    assert_eq!((&models[2]["default"], &models[2]["image"]), (&json!(false), &json!(true)));
    for model in models {
        let order = json!({ "prompt": "a cat", "model": model["name"] });
        let image = api.post("/images?wait=60", &order).await.json(200);
        assert_eq!(image["price_usd"], model["price_usd"]);
    }
    api.get("/models", "").await.problem(401);
    api.end().await;
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let api = Api::new().await;
    let image = api.post("/images?wait=60", &cat()).await.json(200);
    let own = format!("/images/{}", image["id"].as_str().unwrap());
    for path in ["/", "/openapi.json", "/models", "/images", "/v1/models", &own, &format!("{own}/0.png")] {
        let answer = answered(api.request(Method::HEAD, path, WEB)).await;
        assert_eq!((answer.status, answer.body.len()), (200, 0), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "no CORS");
    }
    api.end().await;
}
