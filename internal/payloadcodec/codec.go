// Package payloadcodec keeps Temporal histories unreadable without the key: every payload that a
// client or worker hands to the server is encrypted with AES-256-GCM, failure messages included.
package payloadcodec

import (
	"crypto/rand"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/proto"
)

const (
	// Encoding is the value of the metadata field "encoding" of an encrypted payload.
	Encoding = "binary/encrypted"
	// MetadataKeyID is the metadata field that names the key of an encrypted payload.
	MetadataKeyID = "encryption-key-id"
	// sealedAs binds a ciphertext to this use of the key: the same bytes sealed for another purpose
	// do not decrypt here.
	sealedAs = "omnicloud/temporal-payload/1"
)

// Codec encrypts payloads with the current key of a ring and decrypts those of any key of it. It is
// safe for concurrent use.
type Codec struct{ keys *Ring }

var _ converter.PayloadCodec = (*Codec)(nil)

// New returns a codec over a key ring.
func New(keys *Ring) *Codec { return &Codec{keys: keys} }

// DataConverter returns Temporal's default conversion to JSON with encryption around it. Where a workflow
// meets a key that its process does not know yet, asking for it may take longer than a workflow may
// otherwise go on without yielding.
func (c *Codec) DataConverter() converter.DataConverter {
	return workflow.DataConverterWithoutDeadlockDetection(converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), c))
}

// FailureConverter returns a conversion of errors whose messages and stack traces are encrypted
// too. The server's default keeps both in plain text.
func (c *Codec) FailureConverter() converter.FailureConverter {
	return temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter:          c.DataConverter(),
		EncodeCommonAttributes: true,
	})
}

// Encode encrypts each payload whole, its own metadata included.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	key := c.keys.Current()
	encoded := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		sealed, err := seal(key, payload)
		if err != nil {
			return nil, err
		}
		encoded[i] = sealed
	}
	return encoded, nil
}

// Decode decrypts what Encode made and passes any other payload through unchanged: a signal that a
// person typed into the Temporal UI arrives plain.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	decoded := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		if string(payload.GetMetadata()[converter.MetadataEncoding]) != Encoding {
			decoded[i] = payload
			continue
		}
		opened, err := c.open(payload)
		if err != nil {
			return nil, err
		}
		decoded[i] = opened
	}
	return decoded, nil
}

func seal(key Key, payload *commonpb.Payload) (*commonpb.Payload, error) {
	plain, err := proto.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("payload cannot be marshalled: %w", err)
	}
	size := key.aead.NonceSize()
	data := make([]byte, size, size+len(plain)+key.aead.Overhead())
	// crypto/rand.Read never returns an error; random nonces are safe for 2^32 payloads per key.
	_, _ = rand.Read(data)
	return &commonpb.Payload{
		Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(Encoding),
			MetadataKeyID:              []byte(key.ID),
		},
		Data: key.aead.Seal(data, data[:size], plain, []byte(sealedAs)),
	}, nil
}

func (c *Codec) open(payload *commonpb.Payload) (*commonpb.Payload, error) {
	id := string(payload.GetMetadata()[MetadataKeyID])
	key, err := c.keys.Key(id)
	if err != nil {
		return nil, fmt.Errorf("payload cannot be decrypted: %w", err)
	}
	size := key.aead.NonceSize()
	if len(payload.GetData()) < size {
		return nil, fmt.Errorf("payload of key %q is cut short: %d bytes", id, len(payload.GetData()))
	}
	plain, err := key.aead.Open(nil, payload.GetData()[:size], payload.GetData()[size:], []byte(sealedAs))
	if err != nil {
		return nil, fmt.Errorf("payload does not match key %q or was altered: %w", id, err)
	}
	opened := &commonpb.Payload{}
	if err := proto.Unmarshal(plain, opened); err != nil {
		return nil, fmt.Errorf("payload of key %q holds no Temporal payload: %w", id, err)
	}
	return opened, nil
}
