package allocationfile

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// WritePosting writes tenant_id,currency,amount: what is posted on every account.
func WritePosting(out *Output, lines []allocation.PostingLine) error {
	if _, err := out.WriteString("tenant_id,currency,amount\n"); err != nil {
		return err
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(out, "%s,%s,%s\n", line.Account, line.Currency, line.Amount.StringFixed(max(0, -line.Amount.Exponent()))); err != nil {
			return err
		}
	}
	return nil
}
