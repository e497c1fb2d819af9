//! TLS in front of the emulators, which speak plain HTTP.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::pin::Pin;

use anyhow::Context;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_openssl::SslStream;
use url::Url;

/// Servers with certificates of an authority of their own. They stop when this is dropped.
pub(crate) struct Tls {
    acceptor: SslAcceptor,
    servers: JoinSet<anyhow::Result<()>>,
}

impl Tls {
    /// Writes the authority's certificate to `authority`, for `SSL_CERT_FILE`.
    pub(crate) fn new(authority: &Path) -> anyhow::Result<Tls> {
        let (ca, ca_key) = certificate(None)?;
        fs::write(authority, ca.to_pem()?)?;
        let (server, key) = certificate(Some((&ca, &ca_key)))?;
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls())?;
        acceptor.set_private_key(&key)?;
        acceptor.set_certificate(&server)?;
        Ok(Tls { acceptor: acceptor.build(), servers: JoinSet::new() })
    }

    /// The address at which `plain` is reached over TLS.
    pub(crate) async fn before(&mut self, plain: &str) -> anyhow::Result<String> {
        let port = Url::parse(plain)?.port().context("an emulator without a port")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let acceptor = self.acceptor.clone();
        self.servers.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await?;
                connections.spawn(forward(client, acceptor.clone(), port));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(format!("https://{address}"))
    }
}

async fn forward(client: TcpStream, acceptor: SslAcceptor, port: u16) -> anyhow::Result<()> {
    client.set_nodelay(true)?;
    let mut client = SslStream::new(Ssl::new(acceptor.context())?, client)?;
    Pin::new(&mut client).accept().await?;
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional_with_sizes(&mut client, &mut server, 64 * 1024, 64 * 1024).await?;
    Ok(())
}

/// An authority's own certificate, or one that it signs for a server on this machine.
fn certificate(signer: Option<(&X509, &PKey<Private>)>) -> anyhow::Result<(X509, PKey<Private>)> {
    let key = PKey::from_ec_key(EcKey::generate(EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?.as_ref())?)?;
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid(Nid::COMMONNAME, if signer.is_some() { "a server" } else { "an authority" })?;
    let name = name.build();
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    let serial = BigNum::from_u32(1 + u32::from(signer.is_some()))?.to_asn1_integer()?;
    builder.set_serial_number(serial.as_ref())?;
    builder.set_not_before(Asn1Time::days_from_now(0)?.as_ref())?;
    builder.set_not_after(Asn1Time::days_from_now(1)?.as_ref())?;
    builder.set_pubkey(&key)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(signer.map_or(name.as_ref(), |(authority, _)| authority.subject_name()))?;
    if let Some((authority, _)) = signer {
        let names = SubjectAlternativeName::new()
            .ip("127.0.0.1")
            .build(&builder.x509v3_context(Some(authority), None))?;
        builder.append_extension(names)?;
    } else {
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().build()?)?;
    }
    builder.sign(signer.map_or(&key, |(_, key)| key), MessageDigest::sha256())?;
    Ok((builder.build(), key))
}
