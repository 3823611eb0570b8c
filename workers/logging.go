package workers

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/workflows"
)

// activityLog logs each execution of an activity once, with its outcome, its duration and the
// correlation id of the request that it serves.
type activityLog struct {
	interceptor.WorkerInterceptorBase
	logger *slog.Logger
}

// InterceptActivity puts the log around the activities that come in.
func (l *activityLog) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	inbound := &activityLogInbound{logger: l.logger}
	inbound.Next = next
	return inbound
}

type activityLogInbound struct {
	interceptor.ActivityInboundInterceptorBase
	logger *slog.Logger
}

// ExecuteActivity runs the activity and logs how it went.
func (l *activityLogInbound) ExecuteActivity(ctx context.Context, input *interceptor.ExecuteActivityInput) (any, error) {
	began := time.Now()
	result, err := l.Next.ExecuteActivity(ctx, input)
	info := activity.GetInfo(ctx)
	logger := l.logger.With(
		"activity", info.ActivityType.Name,
		"workflow_id", info.WorkflowExecution.ID,
		"attempt", info.Attempt,
		"correlation_id", correlation.ID(ctx),
		"duration_ms", time.Since(began).Milliseconds(),
	)
	if err != nil {
		logger.Warn("activity failed", "code", workflows.FaultOf(err).Code, "error", err)
	} else {
		logger.Info("activity done")
	}
	return result, err
}

// ClientLogger returns a logger for Temporal clients that leaves out the SDK's own line about a
// failed activity, which activityLog replaces with one that says more.
func ClientLogger(logger *slog.Logger) *slog.Logger {
	return slog.New(withoutActivityErrors{logger.Handler()})
}

type withoutActivityErrors struct{ slog.Handler }

// Handle drops the SDK's line and passes all others on.
func (h withoutActivityErrors) Handle(ctx context.Context, record slog.Record) error {
	if record.Message == "Activity error." {
		return nil
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs keeps the filter in derived handlers.
func (h withoutActivityErrors) WithAttrs(attributes []slog.Attr) slog.Handler {
	return withoutActivityErrors{h.Handler.WithAttrs(attributes)}
}

// WithGroup keeps the filter in derived handlers.
func (h withoutActivityErrors) WithGroup(name string) slog.Handler {
	return withoutActivityErrors{h.Handler.WithGroup(name)}
}
