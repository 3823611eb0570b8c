package temporalclient

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

// header is a Temporal header in memory.
type header map[string]*commonpb.Payload

func (h header) Set(key string, value *commonpb.Payload) { h[key] = value }

func (h header) Get(key string) (*commonpb.Payload, bool) {
	payload, present := h[key]
	return payload, present
}

func (h header) ForEachKey(handle func(string, *commonpb.Payload) error) error {
	for key, payload := range h {
		if err := handle(key, payload); err != nil {
			return err
		}
	}
	return nil
}

func TestPropagator(t *testing.T) {
	carried := propagator{converter.GetDefaultDataConverter()}
	t.Run("an id goes from one context to the other", func(t *testing.T) {
		sent := header{}
		require.NoError(t, carried.Inject(correlation.WithID(context.Background(), "req-1"), sent))
		received, err := carried.Extract(context.Background(), sent)
		require.NoError(t, err)
		require.Equal(t, "req-1", correlation.ID(received))
	})
	t.Run("without an id nothing is sent, and none is made up", func(t *testing.T) {
		sent := header{}
		require.NoError(t, carried.Inject(context.Background(), sent))
		require.Empty(t, sent)
		received, err := carried.Extract(context.Background(), sent)
		require.NoError(t, err)
		require.Empty(t, correlation.ID(received))
	})
	t.Run("an id that could not be forwarded is dropped", func(t *testing.T) {
		payload, err := carried.converter.ToPayload("two\nlines")
		require.NoError(t, err)
		received, err := carried.Extract(context.Background(), header{correlationHeader: payload})
		require.NoError(t, err)
		require.Empty(t, correlation.ID(received))
	})
	t.Run("a header that holds no text is an error", func(t *testing.T) {
		payload, err := carried.converter.ToPayload(42)
		require.NoError(t, err)
		_, err = carried.Extract(context.Background(), header{correlationHeader: payload})
		require.Error(t, err)
	})
}
