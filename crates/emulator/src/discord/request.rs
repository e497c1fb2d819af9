//! A request to the REST API and its result.

use std::collections::HashMap;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use serde_json::Value;
use tokio::time::Instant;

use super::api_error::ApiError;
use super::body::Upload;
use super::target::{Route, Target};

/// A request that has come whole.
pub(super) struct ApiRequest {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) route: Route,
    pub(super) path: String,
    pub(super) query: HashMap<String, String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) started: Instant,
    pub(super) received: Instant,
    /// It meets a fault or a hold.
    pub(super) disturbed: bool,
}

impl ApiRequest {
    pub(super) fn flag(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| value == "true" || value == "1")
    }

    pub(super) fn upload(&self) -> Result<Upload, ApiError> {
        Upload::parse(&self.headers, &self.body)
    }
}

/// A status and a JSON body, which `Null` leaves out.
pub(super) type ApiResult = Result<(u16, Value), ApiError>;
