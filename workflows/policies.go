package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// policy is how long an activity may take and how it is tried again. Which errors are final is not
// said here: activities.ApplicationError decides it for each fault code.
type policy struct {
	// attempt bounds one execution, total all of them with the waits between.
	attempt, total time.Duration
	// heartbeat is how soon a dead worker is noticed; zero for activities too short to report.
	heartbeat time.Duration
	retry     temporal.RetryPolicy
}

var (
	// bookkeeping is a row read or written in PostgreSQL. It is quick, and where the database is
	// down it waits a day for someone to bring it back: a close is a month's work.
	bookkeeping = policy{
		attempt: 30 * time.Second, total: 24 * time.Hour,
		retry: temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	}

	// commit seals a result in one transaction. It cannot report on the way; ten minutes are a
	// hundred times what 200,000 ledger entries take.
	commit = policy{
		attempt: 10 * time.Minute, total: 24 * time.Hour,
		retry: temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: 30 * time.Second},
	}

	// paging works through all rows of a period and reports after each page. An hour is far beyond
	// the largest bill seen; the heartbeat notices a dead worker within half a minute.
	paging = policy{
		attempt: time.Hour, total: 24 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// platform talks to services of the platform, which may be down over a weekend. The interval
	// stays under a minute so that work goes on soon after they are back; a service that names a
	// delay, or whose breaker is open, is asked again when it said.
	platform = policy{
		attempt: time.Hour, total: 72 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// scanning works through a tenant's resources, reports as it goes and goes on where it was. A scan
	// that cannot be finished within two hours settles as a partial one: the next is due by then.
	scanning = policy{
		attempt: time.Hour, total: 2 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// mending reads and changes one resource, and looks whether the change is there; for secrets it reads all
	// that the tenant runs. A day is long enough for a platform to come back, and
	// short enough for a decision to be still meant.
	mending = policy{
		attempt: 15 * time.Minute, total: 24 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// modelling forecasts a part of all series, reports after each batch and goes on where it was. It gives
	// up before the next night is due.
	modelling = policy{
		attempt: time.Hour, total: 12 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// fitting trains one model, which takes seconds; somebody waits for it, so that an hour without the
	// platform or the database is an answer too.
	fitting = policy{
		attempt: 5 * time.Minute, total: time.Hour,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// metering waits an hour for the platform; after that what is kept must do, and what was not told must
	// wait, until the next night.
	metering = policy{
		attempt: time.Hour, total: time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// reading waits two hours for the monitoring system: what it forgets meanwhile is lost.
	reading = policy{
		attempt: 2 * time.Hour, total: 2 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// courtesy is a reminder, or the record of a decision that was refused: worth some tries, not
	// worth holding a close up for.
	courtesy = policy{
		attempt: 30 * time.Second, total: 10 * time.Minute,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// afterwards is what a close does when it is done: worth some hours of tries. A restatement may have
	// the days of half a year to judge anew. What does not succeed by then is taken up by the next close.
	afterwards = policy{
		attempt: time.Hour, total: 3 * time.Hour, heartbeat: 30 * time.Second,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}

	// lastWord records how an attempt ended. It must not give up before the database is back, or
	// the period would look as if it were still being closed.
	lastWord = policy{
		attempt: 30 * time.Second, total: 7 * 24 * time.Hour,
		retry: temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	}
)

// under returns a context whose activities follow a policy. A cancelled workflow waits for activities
// with heartbeats to stop, so that nothing is written after the period was given back.
func under(ctx workflow.Context, chosen policy) workflow.Context {
	retry := chosen.retry
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    chosen.attempt,
		ScheduleToCloseTimeout: chosen.total,
		HeartbeatTimeout:       chosen.heartbeat,
		WaitForCancellation:    chosen.heartbeat > 0,
		RetryPolicy:            &retry,
	})
}

// Limits of what enters a history.
const (
	// MaxReason is the longest reason of a decision, in bytes.
	MaxReason = 2 << 10
	// MaxDecision is the largest decision a Signal may carry, in bytes; a token takes about 1 KiB.
	MaxDecision = 16 << 10
	// MaxRecordedRefusals bounds how many refused signals one workflow records, so that whoever may
	// signal cannot fill its history; further ones are refused without a record.
	MaxRecordedRefusals = 20
	// MaxFutileSignals bounds how many signals whose token proved to be worth nothing one workflow looks at:
	// each takes an activity and a record. Beyond it people decide through the API, whose Updates Temporal
	// bounds itself.
	MaxFutileSignals = 100
)
