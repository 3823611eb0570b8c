package prometheus

import (
	"crypto/tls"
	"crypto/x509"
	"os"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// TLSFiles name PEM files; each may be empty.
type TLSFiles struct {
	// Authorities are those that a server's certificate must be issued by; the system's where it is empty.
	Authorities string
	// Certificate and Key are what this side shows of itself; both or neither.
	Certificate, Key string
}

// config reads the files; nil where none is named. Files that do not hold what they should are InvalidInput.
func (f TLSFiles) config() (*tls.Config, error) {
	if f == (TLSFiles{}) {
		return nil, nil //nolint:nilnil // no wishes are no configuration
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.Authorities != "" {
		text, err := os.ReadFile(f.Authorities)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "the certificate authorities for Prometheus cannot be read")
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fault.New(fault.InvalidInput, "%s holds no certificate in PEM; Prometheus' authority is to stand there", f.Authorities)
		}
	}
	if (f.Certificate == "") != (f.Key == "") {
		return nil, fault.New(fault.InvalidInput, "a certificate to show to Prometheus needs its key, and a key its certificate; give both")
	}
	if f.Certificate != "" {
		own, err := tls.LoadX509KeyPair(f.Certificate, f.Key)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "the certificate %s to show to Prometheus cannot be used with the key %s", f.Certificate, f.Key)
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}
