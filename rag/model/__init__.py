"""Language models: prompt formats, the llama.cpp process, and model servers."""
