"""What speaks: prompt formats and the llama.cpp process."""
