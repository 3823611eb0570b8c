package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
)

func TestCodec(t *testing.T) {
	ring, err := payloadcodec.CreateRing(t.Context(), keyfolder.At(t.TempDir()))
	require.NoError(t, err)
	codec := payloadcodec.New(ring)
	s := newStage(t, func(dependencies *api.Dependencies, _ *api.Options) { dependencies.Codec.Codec = codec })
	sealed, err := codec.Encode([]*commonpb.Payload{{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: []byte(`"secret"`)}})
	require.NoError(t, err)
	body, err := protojson.Marshal(&commonpb.Payloads{Payloads: sealed})
	require.NoError(t, err)

	ask := func(t *testing.T, method, as string, headers ...string) answer {
		t.Helper()
		return s.do(t, request{method: method, path: "/codec/decode", as: as, body: string(body), headers: headers})
	}
	isOpen := func(t *testing.T, got answer) {
		t.Helper()
		require.Equal(t, http.StatusOK, got.status, got.body)
		var opened commonpb.Payloads
		require.NoError(t, protojson.Unmarshal([]byte(got.body), &opened))
		require.Equal(t, `"secret"`, string(opened.GetPayloads()[0].GetData()))
	}
	t.Run("people with a role read payloads with their token", func(t *testing.T) {
		isOpen(t, ask(t, "POST", "auditor"))
	})
	t.Run("the UI on this machine reads them without", func(t *testing.T) {
		got := ask(t, "POST", "", "Origin", uiOrigin)
		isOpen(t, got)
		require.Equal(t, uiOrigin, got.header.Get("Access-Control-Allow-Origin"))
	})
	t.Run("nobody else does", func(t *testing.T) {
		require.Equal(t, http.StatusUnauthorized, ask(t, "POST", "").status)
		require.Equal(t, http.StatusForbidden, ask(t, "POST", "tenant:acme").status)
		elsewhere := ask(t, "POST", "", "Origin", "https://evil.example")
		require.Equal(t, http.StatusUnauthorized, elsewhere.status)
		require.Empty(t, elsewhere.header.Get("Access-Control-Allow-Origin"))
	})
	t.Run("a foreign name that leads to this machine does not either", func(t *testing.T) {
		sent, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/codec/decode", strings.NewReader(string(body)))
		require.NoError(t, err)
		sent.Host = "evil.example"
		sent.Header.Set("Origin", uiOrigin)
		response, err := http.DefaultClient.Do(sent)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusUnauthorized, response.StatusCode)
	})
	t.Run("browsers are told before they ask", func(t *testing.T) {
		sent, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.url+"/codec/decode", nil)
		require.NoError(t, err)
		sent.Header.Set("Origin", uiOrigin)
		response, err := http.DefaultClient.Do(sent)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusNoContent, response.StatusCode)
		require.Contains(t, response.Header.Get("Access-Control-Allow-Headers"), "X-Namespace")
	})
}
