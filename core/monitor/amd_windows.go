package monitor

// readAMD has nothing to read: what the amdgpu driver shows as files is Linux's.
func readAMD(string) (cards []GPU, reason string) {
	return nil, "only NVIDIA cards can be watched on Windows"
}
