package workers

import (
	"context"
	"hash/fnv"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	// scheduleJitter spreads starts, so that many books do not close in the same second.
	scheduleJitter = 5 * time.Minute
	// scheduleCatchup is how late a start that was missed while the server was down is still made;
	// the server's default is a year. A close is derived from the time it was scheduled for, so a
	// late one is as good as one in time.
	scheduleCatchup = 7 * 24 * time.Hour
)

const (
	// scanEvery is how often a tenant is scanned for drift, scanJitter what spreads the starts, beside an
	// offset of its own that each tenant has within the hour.
	scanEvery  = time.Hour
	scanJitter = 5 * time.Minute
	// scanCatchup is how late a missed scan is still made: the next one is as good.
	scanCatchup = 15 * time.Minute
	// SweepAbove is the number of tenants above which one schedule sweeps them all.
	SweepAbove = 500
)

// Schedule is a declared schedule: Kind, a workflow type, is started through ScheduledStart. A close is
// for Book, at CloseHour UTC on a day of each month; a scan is for TenantID, or where that is empty for
// all tenants, every hour.
type Schedule struct {
	ID         string
	Kind       string
	Book       string
	DayOfMonth int
	TenantID   string
}

// Declarations are what schedules are declared from. Either may be nil, and then declares none.
type Declarations struct {
	// Books are each closed once a month on their close day.
	Books Books
	// Tenants are each scanned for drift.
	Tenants tenancy.Directory
	// Training says that every tenant and metric is forecast each night.
	Training bool
}

// Books lists the books; closing.Store is one.
type Books interface {
	Books(ctx context.Context) ([]closing.Book, error)
}

// Schedules lists what is declared now.
func (d Declarations) Schedules(ctx context.Context) ([]Schedule, error) {
	var declared []Schedule
	if d.Books != nil {
		books, err := d.Books.Books(ctx)
		if err != nil {
			return nil, err
		}
		declared = closeSchedules(books)
	}
	if d.Training {
		declared = append(declared, Schedule{ID: workflows.TrainingScheduleID, Kind: workflows.TypeModelTraining})
	}
	if d.Tenants == nil {
		return declared, nil
	}
	tenants, err := d.Tenants.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	return append(declared, scanSchedules(tenancy.SortedIDs(tenants))...), nil
}

func closeSchedules(books []closing.Book) []Schedule {
	declared := make([]Schedule, 0, len(books))
	for _, book := range books {
		declared = append(declared, Schedule{
			ID: workflows.CloseScheduleID(book.ID), Kind: workflows.TypePeriodClose, Book: book.ID, DayOfMonth: book.CloseDay,
		})
	}
	return declared
}

func scanSchedules(tenantIDs []string) []Schedule {
	if len(tenantIDs) > SweepAbove {
		return []Schedule{{ID: workflows.SweepScheduleID, Kind: workflows.TypeDriftScan}}
	}
	declared := make([]Schedule, 0, len(tenantIDs))
	for _, id := range tenantIDs {
		declared = append(declared, Schedule{ID: workflows.ScanScheduleID(id), Kind: workflows.TypeDriftScan, TenantID: id})
	}
	return declared
}

func (s Schedule) isScan() bool { return s.Kind == workflows.TypeDriftScan }

func (s Schedule) spec() client.ScheduleSpec {
	if s.isScan() {
		// The offset is the tenant's own and stays, so that the hour is filled evenly.
		hash := fnv.New32a()
		_, _ = hash.Write([]byte(s.ID)) // a hash takes everything
		offset := time.Duration(hash.Sum32()%uint32(scanEvery/time.Second)) * time.Second
		return client.ScheduleSpec{
			Intervals: []client.ScheduleIntervalSpec{{Every: scanEvery, Offset: offset}}, Jitter: scanJitter, TimeZoneName: "UTC",
		}
	}
	if s.Kind == workflows.TypeModelTraining {
		return client.ScheduleSpec{
			Calendars: []client.ScheduleCalendarSpec{{
				Second:     []client.ScheduleRange{{Start: 0}},
				Minute:     []client.ScheduleRange{{Start: 0}},
				Hour:       []client.ScheduleRange{{Start: workflows.TrainingHour}},
				DayOfMonth: []client.ScheduleRange{{Start: 1, End: 31}},
				Month:      []client.ScheduleRange{{Start: 1, End: 12}},
				DayOfWeek:  []client.ScheduleRange{{Start: 0, End: 6}},
				Comment:    "nightly forecasts",
			}},
			TimeZoneName: "UTC",
		}
	}
	return client.ScheduleSpec{
		Calendars: []client.ScheduleCalendarSpec{{
			Second:     []client.ScheduleRange{{Start: 0}},
			Minute:     []client.ScheduleRange{{Start: 0}},
			Hour:       []client.ScheduleRange{{Start: workflows.CloseHour}},
			DayOfMonth: []client.ScheduleRange{{Start: s.DayOfMonth}},
			Month:      []client.ScheduleRange{{Start: 1, End: 12}},
			DayOfWeek:  []client.ScheduleRange{{Start: 0, End: 6}},
			Comment:    "monthly close of book " + s.Book,
		}},
		Jitter:       scheduleJitter,
		TimeZoneName: "UTC",
	}
}

func (s Schedule) action() *client.ScheduleWorkflowAction {
	queue := workflows.QueueAllocation
	if s.isScan() {
		queue = workflows.QueueDrift
	}
	if s.Kind == workflows.TypeModelTraining {
		queue = workflows.QueueForecast
	}
	return &client.ScheduleWorkflowAction{
		ID:        "scheduled-start:" + s.ID,
		Workflow:  workflows.TypeScheduledStart,
		Args:      []any{workflows.ScheduledStartInput{Kind: s.Kind, Book: s.Book, TenantID: s.TenantID}},
		TaskQueue: queue,
	}
}

// policies skip a start while the one before runs: the period it is about is being closed already, or
// the tenant is being scanned.
func (s Schedule) policies() *client.SchedulePolicies {
	if s.isScan() {
		return &client.SchedulePolicies{Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: scanCatchup}
	}
	return &client.SchedulePolicies{Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: scheduleCatchup}
}

func (s Schedule) options() client.ScheduleOptions {
	return client.ScheduleOptions{
		ID:            s.ID,
		Spec:          s.spec(),
		Action:        s.action(),
		Overlap:       s.policies().Overlap,
		CatchupWindow: s.policies().CatchupWindow,
		Note:          "declared by omnicloud; changes to it are undone when a worker starts, pausing is not",
	}
}
