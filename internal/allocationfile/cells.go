package allocationfile

import (
	"github.com/omnicloud/omnicloud/domain/allocation"
)

// WriteCells writes pool_id,tenant_id,amount: pools in their order, and in each the tenants in the
// given order, as places of the roster, then reserved accounts. Amounts have as many fractional
// digits as the pool's quantum.
func WriteCells(out *Output, pools []allocation.PoolResult, order []int) error {
	if _, err := out.WriteString("pool_id,tenant_id,amount\n"); err != nil {
		return err
	}
	var line []byte
	for i := range pools {
		pool := &pools[i]
		for cell := range pool.Text(order) {
			line = append(line[:0], pool.Pool...)
			line = append(line, ',')
			line = append(line, cell.Account...)
			line = append(line, ',')
			line = append(line, cell.Amount...)
			line = append(line, '\n')
			if _, err := out.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}
