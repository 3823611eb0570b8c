package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestApplicationError(t *testing.T) {
	for code, final := range map[fault.Code]bool{
		fault.InvalidInput: true, fault.Unauthenticated: true, fault.Forbidden: true, fault.NotFound: true,
		fault.Conflict: true, fault.Gone: true, fault.PreconditionFailed: true, fault.PreconditionRequired: true,
		fault.IdempotencyMismatch: true, fault.TooLarge: true, fault.NotBalanced: true, fault.Tampered: true, fault.Upstream: true,
		fault.Unavailable: false, fault.InFlight: false, fault.RateLimited: false, fault.Internal: false,
	} {
		t.Run(string(code), func(t *testing.T) {
			var application *temporal.ApplicationError
			require.ErrorAs(t, activities.ApplicationError(fault.New(code, "why")), &application)
			require.Equal(t, string(code), application.Type())
			require.Equal(t, final, application.NonRetryable())
		})
	}
	t.Run("a delay that the callee asked for is kept", func(t *testing.T) {
		busy := fault.New(fault.RateLimited, "come back later")
		busy.RetryAfter = 7 * time.Second
		var application *temporal.ApplicationError
		require.ErrorAs(t, activities.ApplicationError(busy), &application)
		require.Equal(t, 7*time.Second, application.NextRetryDelay())
		require.Equal(t, 7*time.Second, activities.FaultOf(application).RetryAfter)
	})
	t.Run("an error without a code may be tried again", func(t *testing.T) {
		var application *temporal.ApplicationError
		require.ErrorAs(t, activities.ApplicationError(errors.New("connection reset")), &application)
		require.False(t, application.NonRetryable())
	})
	t.Run("a cancellation stays one", func(t *testing.T) {
		require.ErrorIs(t, activities.ApplicationError(context.Canceled), context.Canceled)
		require.True(t, temporal.IsCanceledError(activities.ApplicationError(temporal.NewCanceledError())))
	})
	t.Run("nil stays nil", func(t *testing.T) {
		require.NoError(t, activities.ApplicationError(nil))
		require.Nil(t, activities.FaultOf(nil))
	})
}

func TestFaultOf(t *testing.T) {
	t.Run("gives back code, sentence and fields", func(t *testing.T) {
		refused := fault.Invalid("/reason", "the reason is too long")
		found := activities.FaultOf(activities.ApplicationError(refused))
		require.Equal(t, fault.InvalidInput, found.Code)
		require.Equal(t, "the reason is too long", found.Message)
		require.Equal(t, "/reason", found.Fields[0].Pointer)
	})
	t.Run("a type that is no code of ours is a defect", func(t *testing.T) {
		require.Equal(t, fault.Internal, activities.FaultOf(temporal.NewApplicationError("x", "SomethingElse")).Code)
	})
	t.Run("a timeout means that someone did not answer", func(t *testing.T) {
		require.Equal(t, fault.Unavailable, activities.FaultOf(temporal.NewTimeoutError(1, nil)).Code)
	})
	t.Run("anything else is a defect", func(t *testing.T) {
		require.Equal(t, fault.Internal, activities.FaultOf(errors.New("x")).Code)
	})
}
