//! What is removed from a bucket is gone in all its versions.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use easel::backends::archive::{Archive, picture_key, record_key};
use easel::config::ArchiveUrl;
use easel::domain::image_format::ImageFormat;
use easel::domain::job::{Job, JobId};

use super::{aws, job, picture, put, server};
use crate::s3_faults::{Fault, Manner, Proxy};

/// A bucket of one test, and the way to it past the archive.
pub(crate) struct Bucket {
    client: Client,
    pub(crate) name: String,
}

impl Bucket {
    pub(crate) async fn new(address: &str, versions: Option<BucketVersioningStatus>) -> Bucket {
        let config = aws_sdk_s3::config::Builder::from(&aws(address)).force_path_style(true).build();
        let client = Client::from_conf(config);
        let name = format!("easel-{}", ulid::Ulid::new()).to_lowercase();
        client.create_bucket().bucket(&name).send().await.unwrap();
        if let Some(status) = versions {
            let versioning = VersioningConfiguration::builder().status(status).build();
            let asked = client.put_bucket_versioning().bucket(&name).versioning_configuration(versioning);
            asked.send().await.unwrap();
        }
        Bucket { client, name }
    }

    fn archive(&self, address: &str) -> Archive {
        let url = ArchiveUrl::S3 { bucket: self.name.clone(), prefix: "easel".into() };
        Archive::open(&url, Some(&aws(address))).unwrap()
    }

    /// Another version of what lies under a key, and a mark that it was deleted.
    async fn overwrite_and_delete(&self, key: &str) {
        let key = format!("easel/{key}");
        let put = self.client.put_object().bucket(&self.name).key(&key).body(vec![1, 2, 3].into());
        put.send().await.unwrap();
        self.client.delete_object().bucket(&self.name).key(&key).send().await.unwrap();
    }

    /// The text of all versions of everything, with the keys; pictures as far as they are text.
    pub(crate) async fn contents(&self) -> Vec<(String, String)> {
        let listed = self.client.list_object_versions().bucket(&self.name).send().await.unwrap();
        let mut contents = Vec::new();
        for version in listed.versions() {
            let key = version.key().unwrap();
            let get = self.client.get_object().bucket(&self.name).key(key);
            let got = get.set_version_id(version.version_id().map(str::to_owned)).send().await.unwrap();
            let bytes = got.body.collect().await.unwrap().into_bytes();
            contents.push((key.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
        }
        contents
    }

    /// The keys of all versions and marks of pictures.
    pub(crate) async fn versions(&self) -> Vec<String> {
        let listed = self.client.list_object_versions().bucket(&self.name).send().await.unwrap();
        let kept = listed.versions().iter().map(|version| version.key());
        let marks = listed.delete_markers().iter().map(|mark| mark.key());
        let all = kept.chain(marks).map(|key| key.unwrap().to_owned());
        // What was tried out about the server stays.
        all.filter(|key| !key.contains(".easel-check")).collect()
    }
}

const STAND_INS: [&str; 2] = ["EASEL_TEST_S3_MOTO", "EASEL_TEST_S3_MINISTACK"];

#[tokio::test]
async fn all_versions_of_a_jobs_things_go_on_moto_and_on_ministack() {
    for variable in STAND_INS {
        for versions in [Some(BucketVersioningStatus::Enabled), None] {
            let address = server(variable);
            let bucket = Bucket::new(&address, versions.clone()).await;
            let archive = bucket.archive(&address);
            let job = job();
            let neighbour = Job { id: JobId::new(job.created, 2), ..job.clone() };
            for n in 0..3 {
                put(&archive, &picture_key(&job, n, ImageFormat::Png), &picture(1, 100)).await.unwrap();
            }
            put(&archive, &record_key(&job), &picture(2, 100)).await.unwrap();
            put(&archive, &picture_key(&neighbour, 0, ImageFormat::Png), &picture(3, 100)).await.unwrap();
            if versions.is_some() {
                for n in 0..2 {
                    bucket.overwrite_and_delete(&picture_key(&job, n, ImageFormat::Png)).await;
                }
                assert_eq!(bucket.versions().await.len(), 9, "{variable}");
            }
            for _ in 0..2 {
                archive.remove_job(&job).await.unwrap();
                let kept = format!("easel/{}", picture_key(&neighbour, 0, ImageFormat::Png));
                assert_eq!(bucket.versions().await, [kept], "{variable}, {versions:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_long_list_of_versions_is_read_to_its_end_on_moto() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    for manners in [&[Manner::ListsTwoAtATime][..], &[Manner::ListsTwoAtATime, Manner::KnowsNoVersions]] {
        let bucket = Bucket::new(&upstream, None).await;
        let (proxy, address, _server) = Proxy::start(upstream.clone(), &[]).await;
        let (archive, job) = (bucket.archive(&address), job());
        for n in 0..5 {
            put(&archive, &picture_key(&job, n, ImageFormat::Png), &picture(1, 100)).await.unwrap();
        }
        proxy.behave(manners);
        archive.remove_job(&job).await.unwrap();
        assert_eq!(bucket.versions().await, [""; 0], "{manners:?}");
    }
}

#[tokio::test]
async fn without_the_right_to_list_versions_the_latest_goes_and_the_right_is_named_on_moto() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    let bucket = Bucket::new(&upstream, Some(BucketVersioningStatus::Enabled)).await;
    let key = picture_key(&job(), 0, ImageFormat::Png);
    put(&bucket.archive(&upstream), &key, &picture(1, 100)).await.unwrap();
    let (_proxy, address, _server) = Proxy::start(upstream, &[Fault::Answer(403, "AccessDenied")]).await;
    let archive = bucket.archive(&address);
    let said = format!("{:#}", archive.remove_job(&job()).await.unwrap_err());
    let allow = format!("allow s3:ListBucketVersions on arn:aws:s3:::{} to these credentials", bucket.name);
    assert!(said.starts_with("earlier versions may be left: ") && said.contains(&allow), "{said}");
    assert_eq!(archive.get(&key).await.unwrap(), None);
    assert_eq!(bucket.versions().await.len(), 2, "the picture and the mark");
}

#[tokio::test]
async fn without_the_right_to_delete_versions_it_is_named_on_moto() {
    let upstream = server("EASEL_TEST_S3_MOTO");
    let bucket = Bucket::new(&upstream, Some(BucketVersioningStatus::Enabled)).await;
    let key = picture_key(&job(), 0, ImageFormat::Png);
    put(&bucket.archive(&upstream), &key, &picture(1, 100)).await.unwrap();
    let faults = [Fault::Nothing, Fault::Answer(403, "AccessDenied")];
    let (_proxy, address, _server) = Proxy::start(upstream, &faults).await;
    let said = format!("{:#}", bucket.archive(&address).remove_job(&job()).await.unwrap_err());
    let allow = format!("allow s3:DeleteObjectVersion on arn:aws:s3:::{}/easel/*", bucket.name);
    assert!(said.contains(&allow) && said.contains(&key), "{said}");
}
