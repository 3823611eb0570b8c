// Package tlsfiletest makes certificates for tests of servers and clients that show them.
package tlsfiletest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/tlsfile"
)

// Certificates are PEM files of an authority of its own, and of the server and the client that it knows.
type Certificates struct {
	Authority             string
	ServerCert, ServerKey string
	ClientCert, ClientKey string
}

// New makes an authority for 127.0.0.1 that a test's machine does not know of.
func New(t *testing.T) Certificates {
	t.Helper()
	folder := t.TempDir()
	authorityKey := newKey(t)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	issue := func(name string, certificate *x509.Certificate, key *ecdsa.PrivateKey) (string, string) {
		der, err := x509.CreateCertificate(rand.Reader, certificate, authority, &key.PublicKey, authorityKey)
		require.NoError(t, err)
		secret, err := x509.MarshalECPrivateKey(key)
		require.NoError(t, err)
		return writePEM(t, filepath.Join(folder, name+".crt"), "CERTIFICATE", der), writePEM(t, filepath.Join(folder, name+".key"), "EC PRIVATE KEY", secret)
	}
	of := func(name string, serial int64, usage x509.ExtKeyUsage) (string, string) {
		return issue(name, &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
			IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{usage},
		}, newKey(t))
	}
	var c Certificates
	c.Authority, _ = issue("authority", authority, authorityKey)
	c.ServerCert, c.ServerKey = of("server", 2, x509.ExtKeyUsageServerAuth)
	c.ClientCert, c.ClientKey = of("client", 3, x509.ExtKeyUsageClientAuth)
	return c
}

// Client names the files of who is let in.
func (c Certificates) Client() tlsfile.Files {
	return tlsfile.Files{Authorities: c.Authority, Certificate: c.ClientCert, Key: c.ClientKey}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func writePEM(t *testing.T, path, kind string, der []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}
