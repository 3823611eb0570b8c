package payloadcodec_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
)

// newCodec returns a codec over a ring of its own, and where that is.
func newCodec(t testing.TB) (*payloadcodec.Codec, keystore.Store) {
	t.Helper()
	store := keyfolder.At(t.TempDir())
	ring, err := payloadcodec.CreateRing(t.Context(), store)
	require.NoError(t, err)
	return payloadcodec.New(ring), store
}

func plainPayload(text string) *commonpb.Payload {
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     []byte(text),
	}
}

func TestCodec(t *testing.T) {
	t.Run("what is encoded is unreadable and comes back whole", func(t *testing.T) {
		codec, _ := newCodec(t)
		original := plainPayload(`{"book":"main"}`)
		encoded, err := codec.Encode([]*commonpb.Payload{original})
		require.NoError(t, err)
		wire, err := proto.Marshal(encoded[0])
		require.NoError(t, err)
		require.False(t, bytes.Contains(wire, []byte("main")), "the payload's data is on the wire")
		require.False(t, bytes.Contains(wire, []byte("json")), "the payload's metadata is on the wire")
		decoded, err := codec.Decode(encoded)
		require.NoError(t, err)
		require.True(t, proto.Equal(original, decoded[0]))
	})
	t.Run("the same payload never gives the same bytes", func(t *testing.T) {
		codec, _ := newCodec(t)
		encoded, err := codec.Encode([]*commonpb.Payload{plainPayload(`1`), plainPayload(`1`)})
		require.NoError(t, err)
		require.NotEqual(t, encoded[0].GetData(), encoded[1].GetData())
	})
	t.Run("a plain payload passes through, as a person types it in the Temporal UI", func(t *testing.T) {
		codec, _ := newCodec(t)
		typed := plainPayload(`{"decision":"approve"}`)
		decoded, err := codec.Decode([]*commonpb.Payload{typed})
		require.NoError(t, err)
		require.True(t, proto.Equal(typed, decoded[0]))
	})
	t.Run("a rotated ring still reads what the old key wrote", func(t *testing.T) {
		codec, store := newCodec(t)
		encoded, err := codec.Encode([]*commonpb.Payload{plainPayload(`"old"`)})
		require.NoError(t, err)
		_, err = payloadcodec.Rotate(t.Context(), store)
		require.NoError(t, err)
		ring, err := payloadcodec.OpenRing(t.Context(), store)
		require.NoError(t, err)
		rotated := payloadcodec.New(ring)
		again, err := rotated.Encode([]*commonpb.Payload{plainPayload(`"new"`)})
		require.NoError(t, err)
		require.NotEqual(t, encoded[0].GetMetadata()[payloadcodec.MetadataKeyID], again[0].GetMetadata()[payloadcodec.MetadataKeyID])
		decoded, err := rotated.Decode(append(encoded, again...))
		require.NoError(t, err)
		require.Equal(t, `"old"`, string(decoded[0].GetData()))
		require.Equal(t, `"new"`, string(decoded[1].GetData()))
	})
	t.Run("an unknown key is named", func(t *testing.T) {
		stranger, _ := newCodec(t)
		codec, _ := newCodec(t)
		encoded, err := stranger.Encode([]*commonpb.Payload{plainPayload(`1`)})
		require.NoError(t, err)
		_, err = codec.Decode(encoded)
		require.ErrorContains(t, err, string(encoded[0].GetMetadata()[payloadcodec.MetadataKeyID]))
	})
	t.Run("an altered byte is noticed", func(t *testing.T) {
		codec, _ := newCodec(t)
		encoded, err := codec.Encode([]*commonpb.Payload{plainPayload(`1`)})
		require.NoError(t, err)
		encoded[0].Data[len(encoded[0].Data)-1] ^= 1
		_, err = codec.Decode(encoded)
		require.ErrorContains(t, err, "was altered")
	})
}

func TestFailureMessagesAreEncrypted(t *testing.T) {
	codec, _ := newCodec(t)
	failure := codec.FailureConverter().ErrorToFailure(errors.New("account 4711 is overdrawn"))
	wire, err := proto.Marshal(failure)
	require.NoError(t, err)
	require.False(t, bytes.Contains(wire, []byte("4711")))
	require.ErrorContains(t, codec.FailureConverter().FailureToError(failure), "4711")
}

func TestEveryPayloadComesBack(t *testing.T) {
	codec, _ := newCodec(t)
	rapid.Check(t, func(t *rapid.T) {
		original := &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: rapid.SliceOf(rapid.Byte()).Draw(t, "encoding")},
			Data:     rapid.SliceOf(rapid.Byte()).Draw(t, "data"),
		}
		encoded, err := codec.Encode([]*commonpb.Payload{original})
		require.NoError(t, err)
		decoded, err := codec.Decode(encoded)
		require.NoError(t, err)
		require.True(t, proto.Equal(original, decoded[0]))
	})
}

func FuzzDecode(f *testing.F) {
	codec, store := newCodec(f)
	ring, err := payloadcodec.OpenRing(f.Context(), store)
	require.NoError(f, err)
	current := ring.Current()
	encoded, err := codec.Encode([]*commonpb.Payload{plainPayload(`"seed"`)})
	require.NoError(f, err)
	f.Add(payloadcodec.Encoding, current.ID, encoded[0].GetData())
	f.Add(payloadcodec.Encoding, current.ID, []byte{})
	f.Add(payloadcodec.Encoding, "", []byte("x"))
	f.Add(converter.MetadataEncodingJSON, "", []byte(`{}`))
	f.Fuzz(func(t *testing.T, encoding, keyID string, data []byte) {
		payload := &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding), payloadcodec.MetadataKeyID: []byte(keyID)},
			Data:     data,
		}
		decoded, err := codec.Decode([]*commonpb.Payload{payload})
		if encoding != payloadcodec.Encoding {
			require.NoError(t, err)
			require.True(t, proto.Equal(payload, decoded[0]))
			return
		}
		// Without the key nobody can make a payload that decrypts, save the one seed that is real.
		if err == nil {
			require.Equal(t, `"seed"`, string(decoded[0].GetData()))
		}
	})
}
