//! TLS in front of servers that speak plain HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_openssl::SslStream;

use crate::socket::listen;

/// An authority, and servers with certificates of it. They stop when this is dropped.
pub struct Tls {
    acceptor: SslAcceptor,
    authority: X509,
    servers: JoinSet<io::Result<()>>,
}

impl Tls {
    /// An authority that nobody trusts yet, for a day.
    ///
    /// # Errors
    /// OpenSSL cannot make it.
    pub fn new() -> io::Result<Tls> {
        let (authority, authority_key) = certificate(None)?;
        let (server, key) = certificate(Some((&authority, &authority_key)))?;
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls())?;
        acceptor.set_private_key(&key)?;
        acceptor.set_certificate(&server)?;
        Ok(Tls { acceptor: acceptor.build(), authority, servers: JoinSet::new() })
    }

    /// The authority's certificate in PEM, as `SSL_CERT_FILE` wants it.
    ///
    /// # Errors
    /// OpenSSL cannot write it.
    pub fn authority(&self) -> io::Result<Vec<u8>> {
        Ok(self.authority.to_pem()?)
    }

    /// The address at which the server at `plain`, such as `http://127.0.0.1:80`, is reached over TLS. Its certificate is for
    /// 127.0.0.1.
    ///
    /// # Errors
    /// That is no such address, or there is no port, or no runtime of tokio.
    pub fn before(&mut self, plain: &str) -> io::Result<String> {
        let plain = plain.strip_prefix("http://").and_then(|host| host.parse().ok());
        let plain: SocketAddr = plain.ok_or(io::ErrorKind::InvalidInput)?;
        let listener = listen()?;
        let address = listener.local_addr()?;
        let acceptor = self.acceptor.clone();
        self.servers.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await?;
                connections.spawn(forward(client, acceptor.clone(), plain));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(format!("https://{address}"))
    }
}

async fn forward(client: TcpStream, acceptor: SslAcceptor, plain: SocketAddr) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut client = SslStream::new(Ssl::new(acceptor.context())?, client)?;
    Pin::new(&mut client).accept().await.map_err(io::Error::other)?;
    let mut server = TcpStream::connect(plain).await?;
    server.set_nodelay(true)?;
    tokio::io::copy_bidirectional_with_sizes(&mut client, &mut server, 64 * 1024, 64 * 1024).await?;
    Ok(())
}

/// An authority's own certificate, or one that it signs for a server on this machine.
fn certificate(signer: Option<(&X509, &PKey<Private>)>) -> Result<(X509, PKey<Private>), ErrorStack> {
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
