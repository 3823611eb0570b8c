// Package tlsfile reads the PEM files that a TLS connection to a server needs.
package tlsfile

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Files name PEM files; each may be empty.
type Files struct {
	// Authorities are those that a server's certificate must be issued by; the system's where it is empty.
	Authorities string
	// Certificate and Key are what this side shows of itself; both or neither.
	Certificate, Key string
}

// Config reads the files for connections to a server, which errors name; nil where no file is named. Files that
// do not hold what they should are InvalidInput.
func (f Files) Config(server string) (*tls.Config, error) {
	if f == (Files{}) {
		return nil, nil //nolint:nilnil // no wishes are no configuration
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.Authorities != "" {
		text, err := os.ReadFile(f.Authorities)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "the certificate authorities for %s cannot be read", server)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fault.New(fault.InvalidInput, "%s holds no certificate in PEM; the authority of %s is to stand there", f.Authorities, server)
		}
	}
	if (f.Certificate == "") != (f.Key == "") {
		return nil, fault.New(fault.InvalidInput, "a certificate to show to %s needs its key, and a key its certificate; give both", server)
	}
	if f.Certificate != "" {
		own, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "the certificate %s to show to %s cannot be used with the key %s", f.Certificate, server, f.Key)
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}
