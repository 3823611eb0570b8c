package closing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// SampleBook is the book of the sample platform: dollars, effective cost, closed on the 10th and in
// order from September 2025, differences up to a cent per invoice booked to @variance, two days for
// an approval, and anomalies from 25 a day on.
func SampleBook() Book {
	return Book{
		ID:                "main",
		Name:              "Main",
		Currency:          "USD",
		Basis:             BasisEffective,
		PeriodBy:          PeriodByBilling,
		CloseDay:          10,
		VarianceTolerance: decimal.New(1, -2),
		InOrder:           true,
		FirstPeriod:       period.New(2025, time.September),
		ApprovalDeadline:  48 * time.Hour,
		ReminderEvery:     24 * time.Hour,

		AnomalyLeastImpact: DefaultAnomalyLeastImpact(),
	}
}

// DefaultAnomalyLeastImpact is 25, for currencies of about a dollar's size: a rise that costs as much
// as the minutes in which somebody looks into it.
func DefaultAnomalyLeastImpact() decimal.Decimal { return decimal.New(25, 0) }
