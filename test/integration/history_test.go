package integration

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/omnicloud/omnicloud/internal/payloadcodec"
)

// historyLimit is how many events a normal close may take.
const historyLimit = 100

// history reads all events of a workflow as the server keeps them.
func (s *stack) history(workflowID string) *history.History {
	s.Helper()
	iterator := s.client.GetWorkflowHistory(context.Background(), workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	whole := &history.History{}
	for iterator.HasNext() {
		event, err := iterator.Next()
		require.NoError(s, err)
		whole.Events = append(whole.Events, event)
	}
	return whole
}

// requireUnreadable fails if any of the words stands in the history as the server keeps it.
func requireUnreadable(t *testing.T, whole *history.History, words ...string) {
	t.Helper()
	text, err := protojson.Marshal(whole)
	require.NoError(t, err)
	require.NotEmpty(t, words)
	for _, word := range words {
		require.NotEmpty(t, word)
		readable := strings.Contains(string(text), word)
		require.False(t, readable, "the history shows %q", word)
	}
	err = proxy.VisitPayloads(context.Background(), whole, proxy.VisitPayloadsOptions{
		SkipSearchAttributes: true, // the server has to read those
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*common.Payload) ([]*common.Payload, error) {
			for _, payload := range payloads {
				require.Equal(t, payloadcodec.Encoding, string(payload.GetMetadata()[converter.MetadataEncoding]))
			}
			return payloads, nil
		},
	})
	require.NoError(t, err)
}
