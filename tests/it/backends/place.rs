//! Where a store lives.

use aws_config::SdkConfig;
use easel::backends::store::{Dynamo, Store};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;

use super::ledger;
use super::one_by_one;
use crate::archive::{aws, server};
use crate::support::ledger::accounts_agree;

/// A place for one store, empty at first.
pub(crate) enum Place {
    /// A folder with one file, gone when the test is over.
    Sqlite(TempDir),
    /// A table of its own, and what stands between it and the test.
    Dynamo { aws: Box<SdkConfig>, table: String, server: JoinSet<()> },
}

impl Place {
    pub(crate) async fn sqlite() -> Place {
        Place::Sqlite(tempfile::tempdir().unwrap())
    }

    /// moto carries out a transaction step by step in the sight of others, and takes all back that was written
    /// meanwhile if it fails: it gets one request at a time.
    pub(crate) async fn moto() -> Place {
        let (address, server) = one_by_one::start(server("EASEL_TEST_S3_MOTO")).await;
        Place::dynamo(aws(&address), server).await
    }

    pub(crate) async fn ministack() -> Place {
        Place::dynamo(aws(&server("EASEL_TEST_S3_MINISTACK")), JoinSet::new()).await
    }

    async fn dynamo(aws: SdkConfig, server: JoinSet<()>) -> Place {
        let table = format!("easel-{}", ulid::Ulid::new());
        Dynamo::new(&aws, &table).create_table().await.unwrap();
        Place::Dynamo { aws: Box::new(aws), table, server }
    }

    /// Opens the store, once more if it is open.
    pub(crate) fn open(&self) -> Store {
        match self {
            Place::Sqlite(folder) => Store::open(&folder.path().join("easel.db")).unwrap(),
            Place::Dynamo { aws, table, .. } => Store::dynamo(aws, table),
        }
    }

    /// The table, for what only a table can.
    pub(crate) fn table(&self) -> Dynamo {
        match self {
            Place::Sqlite(_) => panic!("a file"),
            Place::Dynamo { aws, table, .. } => Dynamo::patient(aws, table),
        }
    }

    /// moto reads every expression anew and copies the whole table for each transaction.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self, Place::Dynamo { server, .. } if !server.is_empty())
    }

    /// Holds each account against what jobs and calls add up to.
    pub(crate) async fn audit(&self) {
        match self {
            Place::Sqlite(folder) => {
                let db = Connection::open(folder.path().join("easel.db")).unwrap();
                accounts_agree(&db);
            }
            Place::Dynamo { aws, table, .. } => {
                ledger::agrees(aws, table).await;
            }
        }
    }
}
