package closing

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

const (
	maxBookPostingDigits = 18
	// maxCloseDay is a day that every month has.
	maxCloseDay = 28
	// maxApprovalDeadline keeps an approval from waiting beyond the month after.
	maxApprovalDeadline = 31 * 24 * time.Hour
)

var bookID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// Validate returns an InvalidInput error about the first field, by JSON pointer, that no book may
// have.
func (b Book) Validate() error {
	if !bookID.MatchString(b.ID) {
		return fault.Invalid("/book", "the book's id is %.140q; give 1 to 128 letters, digits, full stops, underscores or hyphens", b.ID)
	}
	if strings.TrimSpace(b.Name) == "" {
		return fault.Invalid("/name", "the book's name is empty")
	}
	if _, err := money.MinorDigits(b.Currency); err != nil {
		return fault.Invalid("/currency", "%s", err)
	}
	if b.Basis != BasisEffective && b.Basis != BasisBilled {
		return fault.Invalid("/cost_basis", "cost basis %.40q is neither effective nor billed", string(b.Basis))
	}
	if b.PeriodBy != PeriodByBilling && b.PeriodBy != PeriodByCharge {
		return fault.Invalid("/period_by", "%.40q is neither billing nor charge, the columns that may decide a charge's period", string(b.PeriodBy))
	}
	if b.PostingDigits != nil && (*b.PostingDigits < 0 || *b.PostingDigits > maxBookPostingDigits) {
		return fault.Invalid("/posting_digits", "%d posting digits are not possible; give 0 to %d, or none for the currency's own", *b.PostingDigits, maxBookPostingDigits)
	}
	if b.FirstPeriod.IsZero() {
		return fault.Invalid("/first_period", "the book's first period is missing; give a month such as 2026-01")
	}
	if b.VarianceTolerance.IsNegative() {
		return fault.Invalid("/variance_tolerance", "the variance tolerance %s is below zero", b.VarianceTolerance)
	}
	if b.AnomalyLeastImpact.IsNegative() {
		return fault.Invalid("/anomaly_least_impact", "the least impact of an anomaly, %s, is below zero", b.AnomalyLeastImpact)
	}
	if err := b.checkTimes(); err != nil {
		return err
	}
	if err := checkList("/billing_accounts", "billing account", b.BillingAccounts); err != nil {
		return err
	}
	return checkList("/approvers", "approver", b.Approvers)
}

func (b Book) checkTimes() error {
	if b.CloseDay < 1 || b.CloseDay > maxCloseDay {
		return fault.Invalid("/close_day", "close day %d is not in every month; give 1 to %d", b.CloseDay, maxCloseDay)
	}
	if b.ApprovalDeadline < time.Minute || b.ApprovalDeadline > maxApprovalDeadline {
		return fault.Invalid("/approval_deadline", "an approval deadline of %s is not possible; give between 1m and %s", b.ApprovalDeadline, maxApprovalDeadline)
	}
	if b.ReminderEvery < time.Minute {
		return fault.Invalid("/reminder_every", "reminders every %s are too many; give 1m or more", b.ReminderEvery)
	}
	return nil
}

func checkList(pointer, what string, list []string) error {
	for i, item := range list {
		if strings.TrimSpace(item) == "" {
			return fault.Invalid(pointer, "a %s is empty", what)
		}
		if slices.Contains(list[:i], item) {
			return fault.Invalid(pointer, "%s %.80q is listed twice", what, item)
		}
	}
	return nil
}

// FixedByResults names the first field, as JSON has it, in which two states of a book differ and that
// results already calculated were calculated by; empty where there is none.
func (b Book) FixedByResults(other Book) string {
	switch {
	case b.Currency != other.Currency:
		return "currency"
	case b.Basis != other.Basis:
		return "cost_basis"
	case b.PeriodBy != other.PeriodBy:
		return "period_by"
	default:
		return ""
	}
}
