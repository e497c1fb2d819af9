//! API Gateway before a function.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::sandbox::Sandbox;

/// What API Gateway makes of HTTP, in the form of its payload 2.0. Bodies go in base64, as any may.
pub(crate) struct Gateway {
    pub(crate) address: String,
    _server: JoinSet<()>,
}

impl Gateway {
    pub(crate) async fn before(sandbox: Arc<Sandbox>) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(sandbox);
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        Gateway { address, _server: server }
    }
}

async fn pass(State(sandbox): State<Arc<Sandbox>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let headers: Map<String, Value> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())))
        .collect();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let said = sandbox
        .invoke(&json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path,
            "rawQueryString": parts.uri.query().unwrap_or_default(), "headers": headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "domainName": "localhost", "domainPrefix": "api",
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "x" },
                "requestId": "id", "routeKey": "$default", "stage": "$default",
                "time": "24/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_478_400_000_i64
            },
            "body": STANDARD.encode(&body), "isBase64Encoded": true
        }))
        .await;
    let Some(status) = said["statusCode"].as_u64() else {
        return Response::builder().status(500).body(Body::from(said.to_string())).unwrap();
    };
    let mut response = Response::builder().status(u16::try_from(status).unwrap());
    for (name, value) in said["headers"].as_object().unwrap() {
        response = response.header(name, value.as_str().unwrap());
    }
    let body = said["body"].as_str().unwrap_or_default();
    let body =
        if said["isBase64Encoded"] == json!(true) { STANDARD.decode(body).unwrap() } else { body.into() };
    response.body(Body::from(body)).unwrap()
}
