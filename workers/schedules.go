package workers

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
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

// Schedule is a declared schedule: Kind, a workflow type, is started through ScheduledStart for
// Book at CloseHour UTC on a day of each month.
type Schedule struct {
	ID         string
	Kind       string
	Book       string
	DayOfMonth int
}

// DeclaredSchedules lists the schedules that belong to the books: each is closed once a month on its
// close day.
func DeclaredSchedules(books []closing.Book) []Schedule {
	declared := make([]Schedule, 0, len(books))
	for _, book := range books {
		declared = append(declared, Schedule{
			ID:         workflows.CloseScheduleID(book.ID),
			Kind:       workflows.TypePeriodClose,
			Book:       book.ID,
			DayOfMonth: book.CloseDay,
		})
	}
	return declared
}

func (s Schedule) spec() client.ScheduleSpec {
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
	return &client.ScheduleWorkflowAction{
		ID:        "scheduled-start:" + s.ID,
		Workflow:  workflows.TypeScheduledStart,
		Args:      []any{workflows.ScheduledStartInput{Kind: s.Kind, Book: s.Book}},
		TaskQueue: workflows.QueueAllocation,
	}
}

// policies skip a start while the one before runs: the period it is about is being closed already.
func (s Schedule) policies() *client.SchedulePolicies {
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
