package focus

import (
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Format imports FOCUS files as charges.
var Format = intake.Format{Kind: intake.KindCharges, Read: read}

func read(files intake.Files, options intake.FormatOptions) intake.Rows {
	return intake.OfCharges(Charges(csvfile.Readers(files), Options{
		Currency:       options.Currency,
		BillingAccount: options.BillingAccount,
	}))
}
